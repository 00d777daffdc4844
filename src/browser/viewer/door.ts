import type { ExportManifest } from '../../features/exports/index.ts'
import { h, icon, mark } from './dom.ts'
import type { Engine, Progress } from './engine.ts'
import { problemOf, type Problem } from './file/verdict.ts'
import type { Screen } from './screen.ts'
import { t } from './words.ts'

export type Opened = { engine: Engine; manifest: ExportManifest; clients: number; lock: () => void }
type Show = (screen: Screen, opened: Opened) => void

/** Asks for the passphrase, opens the export with it, and hands over to `enter`; locking comes back here. */
export const askPassphrase = (screen: Screen, engine: Engine, refuse: (problem: Problem) => void, enter: Show) => {
  const state = { problem: null as 'missing' | 'wrong' | null, shown: false, typed: '', busy: '' }

  const input = () => document.getElementById('passphrase') as HTMLInputElement | null
  const draw = () => {
    screen.show(page)
    input()?.focus()
  }

  const tell = ({ step, share }: Progress) => {
    state.busy = t(`door.${step}`, { percent: Math.floor(share * 100) })
    const line = document.getElementById('opening')
    line?.querySelector('span')?.replaceChildren(state.busy)
    const done = step === 'deriving' ? share * 0.7 : 0.7 + share * 0.3
    line?.querySelector('progress')?.setAttribute('value', String(done))
  }

  const open = async (event: Event) => {
    event.preventDefault()
    if (state.busy) return
    // As the export was made: composed letters, no space at the ends.
    const passphrase = state.typed.normalize('NFC').trim()
    state.problem = passphrase ? null : 'missing'
    if (!passphrase) return draw()

    state.busy = t('door.deriving', { percent: 0 })
    screen.show(page)
    screen.announce(t('checking'))
    try {
      const { manifest, clients } = await engine.open(passphrase, tell)
      Object.assign(state, { busy: '', typed: '', shown: false })
      enter(screen, { engine, manifest, clients, lock })
    } catch (error) {
      state.busy = ''
      const problem = problemOf(error)
      if (problem !== 'wrong') return refuse(problem)
      state.problem = problem
      draw()
      input()?.select()
    }
  }

  const lock = () => {
    void engine.lock()
    draw()
    screen.announce(t('locked'))
  }

  const page = () =>
    h(
      'main',
      { class: 'door' },
      h(
        'form',
        { class: 'panel', novalidate: true, autocomplete: 'off', onsubmit: event => void open(event) },
        h('div', { class: 'door-mark' }, mark()),
        h('h1', {}, t('door.title')),
        h('p', { class: 'quiet' }, t('door.intro')),
        state.problem && problemLine(state.problem),
        h('label', { for: 'passphrase' }, t('door.passphrase')),
        passphraseInput(),
        h(
          'label',
          { class: 'tick' },
          h('input', { type: 'checkbox', checked: state.shown, onchange: reveal }),
          h('span', {}, t('door.show')),
        ),
        state.busy ? opening() : h('button', { type: 'submit', class: 'primary wide' }, icon('lock'), t('door.open')),
      ),
    )

  const reveal = () => {
    state.shown = !state.shown
    input()?.setAttribute('type', state.shown ? 'text' : 'password')
  }

  const passphraseInput = () => {
    const field = h('input', {
      id: 'passphrase',
      type: state.shown ? 'text' : 'password',
      autocomplete: 'off',
      autocapitalize: 'none',
      spellcheck: 'false',
      required: true,
      readonly: state.busy !== '',
      'aria-invalid': state.problem ? 'true' : undefined,
      'aria-describedby': state.problem ? 'problem' : undefined,
      oninput: event => (state.typed = (event.target as HTMLInputElement).value),
    })
    field.value = state.typed
    return field
  }

  const problemLine = (problem: 'missing' | 'wrong') =>
    h(
      'div',
      { id: 'problem', class: 'problem', role: 'alert', 'data-problem': problem },
      icon('alert'),
      problem === 'missing'
        ? h('p', {}, t('door.missing'))
        : h('p', {}, h('strong', {}, t('wrong.title')), h('br'), t('wrong.text')),
    )

  const opening = () =>
    h(
      'div',
      { id: 'opening', class: 'opening' },
      h('progress', { max: '1', value: '0', 'aria-label': t('checking') }),
      h('span', {}, state.busy),
    )

  draw()
}
