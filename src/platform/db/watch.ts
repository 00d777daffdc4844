import pg from 'pg'
import { Away } from '../outage.ts'

/** How long statements may be without an answer before the server is asked whether it lives, and how long it has to say so. */
export type Patience = { silentMs: number; answerMs: number }

export const usualPatience: Patience = { silentMs: 2500, answerMs: 5000 }

type Connection = { connection: { stream: { destroy: (why: Error) => void } } }

/**
 * Tells a server that is gone from a statement that takes long. A frozen machine answers nothing and closes nothing, so whoever
 * waits for it waits for ever; a limit for statements would end those that rightly take long (an import, a wait for a lock).
 * So where nothing has been answered for a while the server is asked on a connection of its own. Without an answer all
 * statements under way fail with `Away`, and so does whatever is asked next, at once, until it answers again.
 * @param url of the login whose statements are watched
 */
export const watchServer = (url: string, { silentMs, answerMs }: Patience = usualPatience) => {
  const waiting = new Set<{ connection: Connection; since: number }>()
  let timer: NodeJS.Timeout | undefined
  let lastAnswer = -Infinity
  let lastTick = 0
  let asking = false
  let away = false

  const look = async () => {
    const now = performance.now()
    const heldUp = now - lastTick > silentMs // this process itself: what has arrived meanwhile is read first
    lastTick = now
    if (asking || heldUp) return
    const [oldest] = waiting
    const silent = oldest !== undefined && now - Math.max(oldest.since, lastAnswer) > silentMs
    if (!away && !silent) return
    asking = true
    const alive = (await answers(url, answerMs)) || lastAnswer > now
    asking = false
    away = !alive
    if (alive) lastAnswer = performance.now()
    else for (const { connection } of [...waiting]) connection.connection.stream.destroy(new Away('postgres'))
    settle()
  }

  const settle = () => {
    if (waiting.size > 0 || away) {
      if (timer) return
      lastTick = performance.now()
      timer = setInterval(() => void look(), silentMs / 5)
      timer.unref()
    } else {
      clearInterval(timer)
      timer = undefined
    }
  }

  return {
    /** @throws Away while the server is known to be gone */
    check: () => {
      if (away) throw new Away('postgres')
    },

    /** A statement goes out. @returns to be called when it has been answered, or has failed */
    asked: (connection: Connection) => {
      const statement = { connection, since: performance.now() }
      waiting.add(statement)
      settle()
      return (answered: boolean) => {
        waiting.delete(statement)
        if (answered) lastAnswer = performance.now()
      }
    },

    close: () => {
      away = false
      waiting.clear()
      settle()
    },
  }
}
export type Watch = ReturnType<typeof watchServer>

/** A refusal, such as of one connection too many, is an answer too. */
const answers = async (url: string, answerMs: number): Promise<boolean> => {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'ostoja watch',
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch (fault) {
    return typeof fault === 'object' && fault !== null && 'severity' in fault
  } finally {
    client.end().catch(() => undefined)
  }
}
