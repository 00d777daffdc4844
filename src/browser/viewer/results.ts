import { h, icon } from './dom.ts'
import type { Found } from './engine.ts'
import type { Hit } from './search.ts'
import { formatDay, t } from './words.ts'

/** The list of those found, as far as it is drawn, with a button for more. */
export const resultsList = (
  { total, hits }: Found,
  chosen: number | null,
  choose: (at: number) => void,
  showMore: () => void,
): Node[] => {
  if (total === 0) return [h('p', { class: 'quiet empty' }, t('search.noneText'))]
  const items = hits.map(hit => h('li', {}, result(hit, hit.at === chosen, choose)))
  const list = h('ul', { class: 'results', 'aria-label': t('search.results') }, ...items)
  return hits.length < total ? [list, more(hits.length, total, showMore)] : [list]
}

/** Marks who is shown beside the list. */
export const markChosen = (chosen: number | null) => {
  for (const item of document.querySelectorAll('.results [data-at]'))
    item.setAttribute('aria-current', String(item.getAttribute('data-at') === String(chosen)))
}

/** Arrow keys walk from the search field through the results. */
export const walkResults = (field: HTMLElement | null, event: KeyboardEvent) => {
  const stops = [field, ...document.querySelectorAll<HTMLElement>('.results button')]
  const here = stops.indexOf(document.activeElement as HTMLElement)
  if (here < 0) return
  event.preventDefault()
  stops[here + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}

const buttons = () => [...document.querySelectorAll<HTMLElement>('.results button')]

/** Which result has the focus; -1 where none has. */
export const walkedTo = () => buttons().indexOf(document.activeElement as HTMLElement)

/** Gives the focus to a result, or to the last there is. */
export const stepTo = (place: number) => {
  const all = buttons()
  all[Math.min(place, all.length - 1)]?.focus()
}

const result = (
  { at, name, fileNumber, birthDate, alerts, via, alike }: Hit,
  isChosen: boolean,
  choose: (at: number) => void,
) =>
  h(
    'button',
    {
      type: 'button',
      class: 'result',
      'data-at': String(at),
      'aria-current': String(isChosen),
      onclick: () => choose(at),
    },
    h('span', { class: 'result-name', dir: 'auto' }, name),
    alerts > 0 &&
      h('span', { class: 'result-alert' }, icon('alert'), h('span', { class: 'visually-hidden' }, t('person.alerts'))),
    h(
      'span',
      { class: 'quiet result-facts' },
      [fileNumber, birthDate && formatDay(birthDate)].filter(Boolean).join(' · '),
    ),
    alike && h('span', { class: 'quiet result-via' }, t(alike === 'date' ? 'search.alikeDate' : 'search.alike')),
    via !== '' && h('span', { class: 'quiet result-via' }, t('search.viaContact', { name: via })),
  )

const more = (shown: number, total: number, showMore: () => void) =>
  h(
    'div',
    { class: 'more' },
    h('span', { class: 'quiet' }, t('search.shown', { shown, total })),
    h('button', { type: 'button', onclick: showMore }, t('search.more')),
  )
