import { all, one } from '../page.ts'
import { actionOf, field } from './fields.ts'
import { fitRows } from './rows.ts'

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement
type Draft = { action: string; fields: [string, string][]; ticket: string }

/** "Bring it back" puts what was typed into its form; where that can't be done its link leads to the plain text. */
export const offerDrafts = () => {
  listenToOffers()
  const left = sessionStorage.getItem(leftBehind)
  sessionStorage.removeItem(leftBehind)
  if (left === location.pathname && all('data-draft-offer').length === 0) void askUntilOffered()
}

/** What was typed a moment before leaving arrives after the next page has been made: that page asks once more, or thrice. */
export const leaveBehind = () => {
  sessionStorage.setItem(leftBehind, location.pathname)
}
const leftBehind = 'ostoja-typed-on'
const arrivalMs = [700, 1500, 4000]

const askUntilOffered = async () => {
  for (const ms of arrivalMs) {
    await new Promise(resolve => setTimeout(resolve, ms))
    await askForOffers()
    if (all('data-draft-offer').length > 0) return
  }
}

const askForOffers = async () => {
  const form = [...document.forms].find(form => field(form, '_page'))
  if (!form) return
  const body = new URLSearchParams({
    _csrf: field(form, '_csrf')?.value ?? '',
    _page: field(form, '_page')?.value ?? '',
  })
  const response = await fetch('/drafts/offers', { method: 'POST', body, redirect: 'manual' }).catch(() => null)
  if (!response?.ok) return
  const holder = document.createElement('template')
  holder.innerHTML = await response.text()
  one('data-flash')?.after(holder.content)
  listenToOffers()
}

const listenToOffers = () => {
  for (const offer of all('data-draft-offer')) {
    const link = one('data-draft-back', offer) as HTMLAnchorElement | null
    link?.addEventListener('click', event => {
      event.preventDefault()
      bringBack(offer, link.href).catch(() => {
        location.assign(link.href)
      })
    })
  }
}

const bringBack = async (offer: HTMLElement, href: string) => {
  const response = await fetch(`${href}/fields`, { redirect: 'manual' })
  if (!response.ok) throw new Error(String(response.status))
  const draft = (await response.json()) as Draft
  const form = [...document.forms].find(form => field(form, '_page') && actionOf(form) === draft.action)
  if (!form) throw new Error('The form is not on this page')

  const fields = fitRows(form, draft.fields)
  const changed = fill(form, fields)
  const ticket = field(form, '_page')
  if (ticket) ticket.value = draft.ticket
  const said = one('data-draft-said')
  if (said) {
    said.textContent = (changed ? said.dataset.changed : said.dataset.text) ?? ''
    said.classList.add('alert', changed ? 'alert-warning' : 'alert-success')
  }
  offer.remove()
  const first = controlsOf(form).find(control => fields.some(([name]) => name === control.name))
  first?.focus()
  // Parts of the page that follow what is typed follow this too, and the draft goes on.
  first?.dispatchEvent(new Event('input', { bubbles: true }))
}

const controlsOf = (form: HTMLFormElement) =>
  [...form.elements].filter(
    (element): element is Control =>
      element instanceof HTMLTextAreaElement ||
      element instanceof HTMLSelectElement ||
      (element instanceof HTMLInputElement &&
        !['hidden', 'password', 'file', 'submit', 'button'].includes(element.type)),
  )

/** A field may stand in a folded part of a folded part. */
const openAround = (control: Element) => {
  for (let part = control.closest('details'); part; part = part.parentElement?.closest('details') ?? null)
    part.open = true
}

/** @returns whether the record behind the form has changed since: a hidden field (its version) says something else */
const fill = (form: HTMLFormElement, fields: [string, string][]) => {
  const valuesOf = (name: string) => fields.filter(([known]) => known === name).map(([, value]) => value)
  const used = new Map<string, number>()
  for (const control of controlsOf(form)) {
    const values = valuesOf(control.name)
    if (control instanceof HTMLInputElement && (control.type === 'checkbox' || control.type === 'radio'))
      control.checked = values.includes(control.value)
    else if (control instanceof HTMLSelectElement && control.multiple)
      for (const option of control.options) option.selected = values.includes(option.value)
    else {
      const place = used.get(control.name) ?? 0
      used.set(control.name, place + 1)
      const value = values[place]
      if (value === undefined) continue
      control.value = value
    }
    if (values.some(value => value !== '')) openAround(control)
  }
  return [...form.querySelectorAll<HTMLInputElement>('input[type="hidden"]')].some(
    ({ name, value }) => !name.startsWith('_') && valuesOf(name).some(before => before !== value),
  )
}
