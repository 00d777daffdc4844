import { h, mark } from './dom.ts'
import { currentLanguage, speak, t, type Language } from './words.ts'

/** One page at a time: `show` replaces it; a change of language draws the same page again. */
export type Screen = {
  show: (page: () => Node, tools?: () => Node[]) => void
  /** Tells a screen reader, without moving anything. */
  announce: (text: string) => void
}

const LANGUAGES: readonly (readonly [Language, string])[] = [
  ['pl', 'Polski'],
  ['en', 'English'],
]

export const createScreen = (app: HTMLElement): Screen => {
  const live = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' })
  const body = h('div', { class: 'screen' })
  let draw = () => {}

  const languages = () =>
    h(
      'div',
      { class: 'languages', role: 'group', 'aria-label': t('language') },
      ...LANGUAGES.map(([code, name]) =>
        h(
          'button',
          {
            type: 'button',
            lang: code,
            'aria-pressed': String(code === currentLanguage()),
            'aria-label': name,
            onclick: () => {
              speak(code)
              draw()
              body.querySelector<HTMLElement>(`.languages [lang="${code}"]`)?.focus()
            },
          },
          code.toUpperCase(),
        ),
      ),
    )

  app.replaceChildren(body, live)
  return {
    show: (page, tools = () => []) => {
      draw = () => {
        const brand = h('div', { class: 'brand' }, mark(), h('span', { class: 'brand-name' }, 'Ostoja'))
        const bar = h('header', { class: 'bar' }, brand, ...tools(), languages())
        body.replaceChildren(bar, page())
      }
      draw()
    },
    announce: text => live.replaceChildren(text),
  }
}
