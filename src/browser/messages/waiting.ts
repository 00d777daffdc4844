import { all, one } from '../page.ts'

type Waiting = { unread: number; count: string; urgent: string }

/** Asks what waits, and says so in the navigation and on top of the page. Where the session is over, other parts know what to do. */
export const refreshWaiting = async () => {
  const response = await fetch('/messages/waiting', { redirect: 'manual' }).catch(() => null)
  if (!response?.ok) return
  const { count, urgent } = (await response.json()) as Waiting
  for (const place of all('data-message-count')) place.innerHTML = count
  const top = one('data-urgent')
  const now = document.createElement('template')
  now.innerHTML = urgent
  // Said anew it would be read aloud anew.
  if (top && top.innerHTML.trim() !== now.innerHTML.trim()) top.replaceChildren(now.content)
}

/** The list of threads, where the page shows one, as it is now; somebody who has the keyboard in it keeps their place. */
export const refreshRows = async () => {
  const rows = one('data-message-rows')
  if (!rows) return
  const query = new URLSearchParams(location.search)
  query.set('show', rows.dataset.show ?? 'inbox')
  const response = await fetch(`/messages/rows?${query.toString()}`, { redirect: 'manual' }).catch(() => null)
  if (!response?.ok) return
  const focused = document.activeElement
  const href = rows.contains(focused) ? (focused?.getAttribute('href') ?? null) : null
  rows.innerHTML = await response.text()
  if (href) rows.querySelector<HTMLAnchorElement>(`a[href="${CSS.escape(href)}"]`)?.focus()
}
