import { leaveBehind } from './bring-back.ts'
import { actionOf, field, fieldsOf, isKeptForm, isUntouched } from './fields.ts'

/** Saved so long after the last key, and while somebody goes on typing at least so often. */
const pauseMs = 1200
const longestMs = 4000
/** So long after it could not be saved it is tried again. */
const againMs = 5000

type Server = { renew: () => Promise<string> }
/** `saved` is what the server has answered for; `underway` is what was sent and not answered yet; `lost`: the last sending failed. */
type Typing = {
  since: number
  timer?: ReturnType<typeof setTimeout>
  saved: string
  underway: string
  lost?: boolean
}

/** Keeps a draft of every form as it is typed into. */
export const keepDrafts = (server: Server) => {
  const typed = new Map<HTMLFormElement, Typing>()

  const bodyOf = (form: HTMLFormElement) =>
    new URLSearchParams([
      ['_csrf', field(form, '_csrf')?.value ?? ''],
      ['_page', field(form, '_page')?.value ?? ''],
      ['_action', actionOf(form)],
      ['_visible', document.visibilityState === 'visible' ? '1' : '0'],
      // What was typed and taken back again leaves no draft.
      ...(isUntouched(form) ? [['_untouched', '1']] : []),
      ...fieldsOf(form),
    ])
  const worthOf = (form: HTMLFormElement) => new URLSearchParams(fieldsOf(form)).toString()

  const send = async (form: HTMLFormElement, again = true) => {
    const worth = worthOf(form)
    const state = typed.get(form)
    if (!state || state.saved === worth || state.underway === worth) return
    state.since = Infinity
    state.underway = worth
    const response = await fetch('/drafts', { method: 'POST', body: bodyOf(form), redirect: 'manual' }).catch(
      () => null,
    )
    if (state.underway === worth) state.underway = ''
    // Without a session the server has kept it all the same; with another token it wants the new one.
    if (response?.status === 403 && again && (await server.renew()) === 'same') await send(form, false)
    else if (response && response.status < 500) {
      state.saved = worth
      state.lost = false
    } else {
      state.lost = true
      clearTimeout(state.timer)
      state.timer = setTimeout(() => void send(form), againMs)
    }
  }

  document.addEventListener('input', event => {
    const form = (event.target as HTMLInputElement).form
    if (!form || !isKeptForm(form)) return
    const now = Date.now()
    const state = typed.get(form) ?? { since: Infinity, saved: '', underway: '' }
    typed.set(form, state)
    clearTimeout(state.timer)
    state.since = Math.min(state.since, now)
    const wait = Math.max(0, Math.min(pauseMs, state.since + longestMs - now))
    state.timer = setTimeout(() => void send(form), wait)
  })

  /** At the last moment, what is not known to have arrived: a request under way ends with its page, a beacon does not. */
  const flush = () => {
    for (const [form, state] of typed) {
      clearTimeout(state.timer)
      const worth = worthOf(form)
      if (state.saved === worth || !navigator.sendBeacon('/drafts', bodyOf(form))) continue
      if (!state.lost) state.saved = worth // otherwise it will hardly arrive
      leaveBehind()
    }
  }
  // A form that is sent may not arrive; one that is saved takes its draft away.
  document.addEventListener('submit', event => {
    if (event.target instanceof HTMLFormElement && isKeptForm(event.target)) tellUntouched(event.target)
    if (!(event.target instanceof HTMLFormElement) || !typed.has(event.target)) return
    flush()
    typed.get(event.target)!.lost = false // it goes with the form itself
  })
  // Removed rows and moved items are changes without typing.
  document.addEventListener('click', event => {
    const form = (event.target as Element).closest('form')
    if (!form || !(event.target as Element).closest('[data-repeat-remove]')) return
    form.dataset.rowsChanged = ''
    if (typed.has(form)) setTimeout(() => void send(form), pauseMs)
  })
  return {
    flush,
    hasTyped: () => typed.size > 0,
    /** Whether something would be lost by leaving: the server could not be reached to keep it. */
    wouldLose: () => [...typed].some(([form, { lost, saved }]) => lost && form.isConnected && saved !== worthOf(form)),
  }
}

/** A form that is sent as it was made may fail, but has nothing in it that could be lost. */
const tellUntouched = (form: HTMLFormElement) => {
  field(form, '_untouched')?.remove()
  if (!isUntouched(form)) return
  form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: '_untouched', value: '1' }))
}
