import type { ExportManifest } from '../../features/exports/index.ts'
import { h, icon, mark } from './dom.ts'
import { keyFields, passphraseFields, type DoorState } from './door-fields.ts'
import type { Engine, Given, Progress } from './engine.ts'
import { isMendable, problemOf, type Problem } from './file/verdict.ts'
import type { Screen } from './screen.ts'
import { t } from './words.ts'

export type Opened = { engine: Engine; manifest: ExportManifest; clients: number; lock: (because?: 'idle') => void }
type Show = (screen: Screen, opened: Opened) => void

const untouched = () => ({
  problem: null,
  shown: false,
  passphrase: '',
  pasted: '',
  file: null,
  keyPassphrase: '',
  busy: '',
})

/**
 * Asks for the passphrase or the key, opens the export with it, and hands over to `enter`; locking comes back here.
 * @param opensWith what this export was sealed to
 */
export const askAtDoor = (
  screen: Screen,
  engine: Engine,
  opensWith: { passphrase: boolean; keys: boolean },
  refuse: (problem: Problem) => void,
  enter: Show,
) => {
  const state: DoorState = { ...untouched(), by: opensWith.passphrase ? 'passphrase' : 'key', idle: false }

  const draw = () => {
    screen.show(page)
    document.querySelector<HTMLElement>('.door [data-first]')?.focus()
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
    const given = givenIn(state)
    state.problem = given ? null : 'missing'
    if (!given) return draw()

    state.busy = t('door.deriving', { percent: 0 })
    screen.show(page)
    screen.announce(t('checking'))
    try {
      const { manifest, clients } = await engine.open(given, tell)
      Object.assign(state, untouched(), { idle: false })
      enter(screen, { engine, manifest, clients, lock })
    } catch (error) {
      state.busy = ''
      const problem = problemOf(error)
      if (!isMendable(problem)) return refuse(problem)
      state.problem = problem
      draw()
      document.querySelector<HTMLInputElement>('.door input[data-first]:not([type=file])')?.select()
    }
  }

  const lock = (because?: 'idle') => {
    void engine.lock()
    Object.assign(state, untouched(), { idle: because === 'idle' })
    draw()
    screen.announce(t(state.idle ? 'lockedIdle' : 'locked'))
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
        state.idle && h('p', { class: 'quiet', 'data-idle': true }, t('lockedIdle')),
        h('p', { class: 'quiet' }, t(state.by === 'key' ? 'door.introKey' : 'door.intro')),
        opensWith.passphrase && opensWith.keys && ways(),
        state.problem && problemLine(state.problem),
        ...(state.by === 'key' ? keyFields(state, draw) : passphraseFields(state)),
        state.busy ? opening() : h('button', { type: 'submit', class: 'primary wide' }, icon('lock'), t('door.open')),
      ),
    )

  /** Two ways in, of which one is taken at a time. */
  const ways = () =>
    h(
      'div',
      { class: 'ways', role: 'group', 'aria-label': t('door.ways') },
      ...(['passphrase', 'key'] as const).map(by =>
        h(
          'button',
          {
            type: 'button',
            'aria-pressed': String(state.by === by),
            onclick: () => {
              if (state.busy) return
              Object.assign(state, untouched(), { by })
              draw()
            },
          },
          t(`door.by.${by}`),
        ),
      ),
    )

  const problemLine = (problem: Problem | 'missing') =>
    h(
      'div',
      { id: 'problem', class: 'problem', role: 'alert', 'data-problem': problem },
      icon('alert'),
      problem === 'missing'
        ? h('p', {}, t(state.by === 'key' ? 'door.missingKey' : 'door.missing'))
        : h('p', {}, h('strong', {}, t(`${problem}.title`)), h('br'), t(`${problem}.text`)),
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

/** What was typed or chosen; null where nothing was. A passphrase as the export was made: composed, no space at the ends. */
const givenIn = ({ by, passphrase, pasted, file, keyPassphrase }: DoorState): Given | null => {
  const typed = passphrase.normalize('NFC').trim()
  if (by === 'passphrase') return typed ? { passphrase: typed } : null
  const key = file ?? (pasted.trim() ? new TextEncoder().encode(pasted.trim()) : null)
  return key && { key, passphrase: keyPassphrase }
}
