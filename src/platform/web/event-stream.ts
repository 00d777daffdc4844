import type { Response } from 'express'

/** Whoever does not read what is sent to them is let go. */
const mostUnreadBytes = 64 * 1024
/** Short, since the server takes a browser whose stream stays away for closed. */
const retryMs = 1000

/**
 * Answers with server-sent events (WHATWG HTML 9.2). The headers keep a proxy from holding them back or putting them away; the
 * connection ends with the stream, so that nothing waits for it when the process stops.
 */
export const openEventStream = (res: Response) => {
  const endings: ((byServer: boolean) => void)[] = []
  let open = true
  let byServer = false
  res.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    Connection: 'close',
  })
  res.flushHeaders()
  res.write(`retry: ${retryMs}\n\n`)
  res.once('close', () => {
    open = false
    for (const end of endings.splice(0)) end(byServer)
  })

  const write = (text: string) => {
    if (!open) return
    if (res.writableLength > mostUnreadBytes) {
      byServer = true
      res.destroy()
    } else res.write(text)
  }

  return {
    /** @param data ids and nothing that says who somebody is */
    send: (event: string, data: Record<string, string>) => {
      write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    },
    /** A comment, which no page hears. */
    breathe: () => {
      write(':\n\n')
    },
    close: () => {
      if (!open) return
      byServer = true
      res.end()
    },
    /** Runs when the stream is over, at once where it is already; `byServer` where this end was the one that ended it. */
    onClose: (end: (byServer: boolean) => void) => {
      if (open) endings.push(end)
      else end(byServer)
    },
  }
}
export type EventStream = ReturnType<typeof openEventStream>
