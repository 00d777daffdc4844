import { one } from '../page.ts'

/** A thread that is open: what comes into it is added at its end, and is read once its reader does something here. */
export const createThread = () => {
  const list = one('data-thread-live')
  const status = one('data-thread-status')
  const form = one('data-thread-read') as HTMLFormElement | null
  let asking: Promise<void> = Promise.resolve()
  let toRead = false

  const fetchArrived = async (id: string) => {
    if (!list) return
    const response = await fetch(`/messages/${id}/arrived?after=${list.dataset.last ?? '0'}`, { redirect: 'manual' })
    if (!response.ok) return
    const holder = document.createElement('template')
    holder.innerHTML = await response.text()
    const arrived = [...holder.content.querySelectorAll<HTMLElement>('[data-message]')]
    const last = arrived.at(-1)?.dataset.message
    if (!last) return
    list.append(...arrived)
    list.dataset.last = last
    if (status) status.textContent = status.dataset.arrived ?? ''
    toRead = true
  }

  const markRead = () => {
    if (!toRead || !form || !list || document.visibilityState !== 'visible') return
    toRead = false
    const body = new URLSearchParams(
      [...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
    body.set('through', list.dataset.last ?? '0')
    fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => {
      toRead = true
    })
  }

  if (list)
    for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel'])
      document.addEventListener(
        kind,
        event => {
          if (event.isTrusted) markRead()
        },
        { passive: true },
      )

  return {
    /** One question at a time, so that no message is added twice. */
    refresh: (thread: string) => {
      const id = list?.dataset.thread
      if (!id || (thread && thread !== id)) return
      asking = asking.then(() => fetchArrived(id)).catch(() => undefined)
    },
  }
}
