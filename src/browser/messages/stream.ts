/** How long a browser without a stream waits before it asks what has come, and whether there is a stream for it now. */
const askEveryMs = 60_000

/** A page that somebody only passes through opens no stream. */
const restMs = 1000

type Told = { thread: string }

/**
 * Hears from the server that something has come. One tab of a browser holds the stream and tells the others, since a browser opens
 * only a few connections to one place; which tab that is, a lock decides, and it passes on when that tab goes.
 * @param hear of a thread, or of nothing in particular: then the page looks for itself
 */
export const listenToServer = (hear: (told: Told) => void) => {
  if (!('locks' in navigator)) {
    setInterval(() => {
      hear({ thread: '' })
    }, askEveryMs)
    return
  }
  let channel: BroadcastChannel | undefined
  let leaving: AbortController | undefined

  const tell = (told: Told) => {
    channel?.postMessage(told)
    hear(told)
  }

  /** Until the page is left: the stream comes back by itself, but where the server refuses it; then the pages ask now and then. */
  const hold = (signal: AbortSignal) =>
    new Promise<void>(resolve => {
      let stream: EventSource | undefined
      let again: ReturnType<typeof setTimeout> | undefined
      const askAndOpen = () => {
        tell({ thread: '' })
        open()
      }
      const open = () => {
        stream = new EventSource('/messages/stream')
        for (const event of ['ready', 'missed', 'waiting'])
          stream.addEventListener(event, () => {
            tell({ thread: '' })
          })
        stream.addEventListener('messages', ({ data }: MessageEvent<string>) => {
          tell({ thread: (JSON.parse(data) as { id: string }).id })
        })
        stream.addEventListener('error', () => {
          if (stream?.readyState === EventSource.CLOSED) again = setTimeout(askAndOpen, askEveryMs)
        })
      }
      signal.addEventListener('abort', () => {
        clearTimeout(again)
        stream?.close()
        resolve()
      })
      open()
    })

  const start = () => {
    const left = new AbortController()
    leaving = left
    channel = new BroadcastChannel('ostoja-messages')
    channel.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      hear(data)
    })
    navigator.locks.request('ostoja-messages', { signal: left.signal }, () => hold(left.signal)).catch(() => undefined) // the page was left before it was its turn
  }
  const stop = () => {
    clearTimeout(waiting)
    leaving?.abort()
    channel?.close()
  }

  const waiting = setTimeout(start, restMs)
  // What is open keeps a page out of the back/forward cache; what comes back out of it listens anew.
  window.addEventListener('pagehide', stop)
  window.addEventListener('pageshow', event => {
    if (!event.persisted) return
    start()
    hear({ thread: '' })
  })
}
