import { one } from './page.ts'

/** Less than the grace of a session whose page was left (3 s): its close may have waited for the same return. */
const everyMs = 1000
/** Many pages wait for the same server: they do not all come in the same moment. */
const spreadMs = 1000
const longestMs = 60_000
/** After so long, what was typed is no longer shown to somebody who passes by. It is still in the form. */
const shownMs = 10 * 60_000

/**
 * A page that says that the server's services are away asks whether they are back, without a session. Then it opens the page that
 * was asked for, or sends the form again where that is safe; otherwise it says that this can be done now.
 */
export const waitForReturn = () => {
  const said = one('data-away')
  if (!said) return
  const form = document.querySelector<HTMLFormElement>('form[data-away-form]')
  const byItself = said.dataset.away === 'by-itself'
  said.textContent = said.dataset.waiting ?? ''
  setTimeout(() => one('data-away-written')?.remove(), shownMs)

  const again = () => {
    said.textContent = said.dataset.back ?? ''
    if (!byItself) return
    if (form) form.requestSubmit()
    else one('data-away-link')?.click()
  }
  const ask = async () => {
    if (await isReady()) again()
    else next()
  }
  const tries = triesOf(form)
  const next = () => setTimeout(() => void ask(), Math.min(longestMs, everyMs * 2 ** tries) + Math.random() * spreadMs)
  next()
}

const isReady = async () => {
  const response = await fetch('/health/ready', { credentials: 'omit', cache: 'no-store' }).catch(() => null)
  return response?.ok ?? false
}

/** How often this form has come back here already: each time the page waits longer. */
const triesOf = (form: HTMLFormElement | null): number => {
  if (!form) return 0
  const field =
    form.querySelector<HTMLInputElement>('input[name="_tries"]') ??
    Object.assign(document.createElement('input'), { type: 'hidden', name: '_tries', value: '0' })
  const tries = Number(field.value) || 0
  field.value = String(tries + 1)
  form.append(field)
  return tries
}
