/** How long a browser without a stream waits before it asks what has come; and whether there is a stream for it now, at last. */
const askEveryMs = 60_000
/** How soon it asks for a stream again that it could not get; twice as long each time. */
const askFirstMs = 5000

/** A page that somebody only passes through opens no stream. */
const restMs = 300

/** What the server says (`look`: look for yourself), or that the stream has broken, which only the tab that held it hears. */
export type Told = { what: 'messages' | 'look' | 'over' | 'broken'; id: string }
export type Listen = (hear: (told: Told) => void) => void

/**
 * Hears from the server that something has come or that the session is over, and shows it that this browser is there. One tab of a
 * browser holds the stream and tells the others, since a browser opens only a few connections to one place; which tab that is, a lock
 * decides, and it passes on at once when that tab goes.
 */
export const openServerStream = (): Listen => {
  const hears: ((told: Told) => void)[] = []
  const hear = (told: Told) => {
    for (const one of hears) one(told)
  }
  const listen: Listen = one => hears.push(one)
  if (!document.querySelector('dialog[data-countdown]')) return listen // a page of nobody
  if (!('locks' in navigator)) {
    setInterval(() => {
      hear(look)
    }, askEveryMs)
    return listen
  }
  let channel: BroadcastChannel | undefined
  let leaving: AbortController | undefined

  const tell = (told: Told) => {
    channel?.postMessage(told)
    hear(told)
  }

  const start = () => {
    const left = new AbortController()
    leaving = left
    channel = new BroadcastChannel('ostoja-stream')
    channel.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      hear(data)
    })
    const broken = () => {
      hear({ what: 'broken', id: '' })
    }
    navigator.locks
      .request('ostoja-stream', { signal: left.signal }, () => hold(left.signal, tell, broken))
      .catch(() => undefined) // the page was left before it was its turn
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
    hear(look)
  })
  return listen
}

const look: Told = { what: 'look', id: '' }

/** Until the page is left: the stream comes back by itself, but where the server refuses it; then the pages ask now and then. */
const hold = (signal: AbortSignal, tell: (told: Told) => void, broken: () => void) =>
  new Promise<void>(resolve => {
    let stream: EventSource | undefined
    let again: ReturnType<typeof setTimeout> | undefined
    let wait = askFirstMs
    let isOpen = false
    const askAndOpen = () => {
      tell(look)
      open()
    }
    const open = () => {
      stream = new EventSource('/sessions/stream')
      for (const event of ['ready', 'missed', 'waiting'])
        stream.addEventListener(event, () => {
          isOpen = true
          wait = askFirstMs
          tell(look)
        })
      stream.addEventListener('messages', ({ data }: MessageEvent<string>) => {
        tell({ what: 'messages', id: (JSON.parse(data) as { id: string }).id })
      })
      stream.addEventListener('over', () => {
        tell({ what: 'over', id: '' })
      })
      stream.addEventListener('error', () => {
        if (isOpen) broken()
        isOpen = false
        if (stream?.readyState !== EventSource.CLOSED) return
        again = setTimeout(askAndOpen, wait)
        wait = Math.min(2 * wait, askEveryMs)
      })
    }
    signal.addEventListener('abort', () => {
      clearTimeout(again)
      stream?.close()
      resolve()
    })
    open()
  })
