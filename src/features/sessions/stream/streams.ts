import type { EventStream } from '../../../platform/web/event-stream.ts'

/** Of one process; beyond these a page asks now and then instead. */
const mostStreams = 2000
/** A browser has one; another few for one that was cut off and came back. */
const mostOfAccount = 3
/** How soon a stream ends whose session is over. */
const lookEveryMs = 5000
/** What keeps a proxy from taking a silent stream for a dead one. */
const breatheEveryMs = 20_000
/** No stream is held longer; the browser opens another. */
const lifeMs = 30 * 60_000

type Held = { stream: EventStream; owner: string }

/**
 * The open streams of this process, each with an end: its session's, its age, or the process's own.
 * @param most how many there may be
 */
export const createStreams = (most = mostStreams) => {
  const held = new Set<Held>()
  let closed = false

  return {
    hasRoom: () => !closed && held.size < most,

    /** @param stillLive whether its session is */
    hold: (owner: string, stream: EventStream, stillLive: () => Promise<boolean>) => {
      const own = { stream, owner }
      held.add(own)
      const [oldest, ...others] = [...held].filter(one => one.owner === owner)
      if (others.length >= mostOfAccount) oldest?.stream.close()

      const timers = [
        setInterval(() => {
          void stillLive().then(live => {
            if (!live) endOver(stream)
          })
        }, lookEveryMs),
        setInterval(() => {
          stream.breathe()
        }, breatheEveryMs),
        setTimeout(() => {
          stream.close()
        }, lifeMs),
      ]
      for (const timer of timers) timer.unref()
      stream.onClose(() => {
        held.delete(own)
        for (const timer of timers) clearTimeout(timer)
      })
    },

    endOver,

    /** Ends them all, and takes no other: the process is about to stop. */
    close: () => {
      closed = true
      for (const { stream } of held) stream.close()
    },
  }
}

/** Ends a stream whose session is over, and lets the pages that hear it know. */
const endOver = (stream: EventStream) => {
  stream.send('over', {})
  stream.close()
}
