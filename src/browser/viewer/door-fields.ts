import { h } from './dom.ts'
import { isProtected } from './file/identity.ts'
import type { Problem } from './file/verdict.ts'
import { t } from './words.ts'

export type DoorState = {
  by: 'passphrase' | 'key'
  problem: Problem | 'missing' | null
  shown: boolean
  passphrase: string
  pasted: string
  /** The key file that was chosen. */
  file: Uint8Array | null
  keyPassphrase: string
  busy: string
  /** Whether it was locked because nobody touched it. */
  idle: boolean
}
type Typed = 'passphrase' | 'pasted' | 'keyPassphrase'

export const passphraseFields = (state: DoorState): Node[] => [
  ...secretField(state, 'passphrase', t('door.passphrase'), true),
  showTick(state, 'passphrase'),
]

/** @param redraw called when a file has been read, as one that a passphrase protects needs another field */
export const keyFields = (state: DoorState, redraw: () => void): Node[] => {
  const choose = async (event: Event) => {
    const [file] = (event.target as HTMLInputElement).files ?? []
    state.file = file ? new Uint8Array(await file.arrayBuffer()) : null
    if (needsPassphrase(state)) redraw()
  }
  const fileField = h('input', {
    id: 'key-file',
    type: 'file',
    'data-first': !needsPassphrase(state),
    'aria-invalid': state.problem ? 'true' : undefined,
    'aria-describedby': state.problem ? 'problem' : undefined,
    onchange: event => void choose(event),
  })
  return [
    ...(state.file ? [h('p', { class: 'quiet' }, t('door.keyFileRead'))] : []),
    h('label', { for: 'key-file' }, t('door.keyFile')),
    fileField,
    ...(needsPassphrase(state)
      ? [...secretField(state, 'keyPassphrase', t('door.keyPassphrase'), true), showTick(state, 'keyPassphrase')]
      : secretField(state, 'pasted', t('door.pasted'), false)),
  ]
}

const needsPassphrase = ({ file }: DoorState) => file !== null && isProtected(file)

const secretField = (state: DoorState, name: Typed, label: string, first: boolean): Node[] => {
  const field = h('input', {
    id: name,
    type: state.shown ? 'text' : 'password',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: first,
    readonly: state.busy !== '',
    'data-first': first,
    'aria-invalid': state.problem ? 'true' : undefined,
    'aria-describedby': state.problem ? 'problem' : undefined,
    oninput: event => (state[name] = (event.target as HTMLInputElement).value),
  })
  field.value = state[name]
  return [h('label', { for: name }, label), field]
}

const showTick = (state: DoorState, name: Typed) => {
  const reveal = () => {
    state.shown = !state.shown
    document.getElementById(name)?.setAttribute('type', state.shown ? 'text' : 'password')
  }
  return h(
    'label',
    { class: 'tick' },
    h('input', { type: 'checkbox', checked: state.shown, onchange: reveal }),
    h('span', {}, t('door.show')),
  )
}
