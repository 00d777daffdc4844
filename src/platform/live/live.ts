import type { Redis } from 'ioredis'
import type { Logger } from 'pino'

type AccountKey = { tenantId: string; accountId: number }
/** What has happened, by ids only: whoever hears of it asks for the rest, and is asked who they are. */
export type Happening = { what: string; id: string }
type Hear = (happening: Happening) => void

/**
 * Tells open pages of an account, whichever process serves them, that something has happened: by Redis, which keeps none of
 * it. Whoever hears nothing for a while (Redis was away) is told `missed`, and looks for itself.
 */
export const createLive = (redis: Redis, log: Logger) => {
  const heard = new Map<string, { hears: Set<Hear>; subscribed: Promise<unknown> }>()
  let ear: Redis | undefined

  const pass = (channel: string, happening: Happening) => {
    for (const hear of heard.get(channel)?.hears ?? []) hear(happening)
  }

  /** A connection that has subscribed can do nothing else, so it is one of its own, opened when the first page listens. */
  const open = (): Redis => {
    const opened = redis.duplicate()
    opened.on('error', err => log.error({ err }, 'Redis is out of reach'))
    opened.on('message', (channel: string, text: string) => {
      pass(channel, JSON.parse(text) as Happening)
    })
    let before = false
    opened.on('ready', () => {
      if (before) for (const channel of heard.keys()) pass(channel, missed)
      before = true
    })
    return opened
  }

  return {
    /** Tells these accounts' pages. After the commit of what it tells of; where Redis is away pages find out when they ask. */
    tell: async (tenantId: string, accountIds: readonly number[], happening: Happening): Promise<void> => {
      const pipeline = redis.pipeline()
      const text = JSON.stringify(happening)
      for (const accountId of accountIds) void pipeline.publish(channelOf({ tenantId, accountId }), text)
      await pipeline.exec().catch((err: unknown) => log.error({ err }, 'pages could not be told'))
    },

    /** @returns stops listening. @throws where Redis is out of reach */
    listen: async (account: AccountKey, hear: Hear): Promise<() => void> => {
      const channel = channelOf(account)
      ear ??= open()
      const listening = heard.get(channel) ?? { hears: new Set(), subscribed: ear.subscribe(channel) }
      heard.set(channel, listening)
      listening.hears.add(hear)
      const stop = () => {
        listening.hears.delete(hear)
        if (listening.hears.size > 0 || heard.get(channel) !== listening) return
        heard.delete(channel)
        ear?.unsubscribe(channel).catch(() => undefined)
      }
      await listening.subscribed.catch((fault: unknown) => {
        stop()
        throw fault
      })
      return stop
    },

    close: () => ear?.disconnect(),
  }
}
export type Live = ReturnType<typeof createLive>

const missed: Happening = { what: 'missed', id: '' }
const channelOf = ({ tenantId, accountId }: AccountKey) => `live:${tenantId}:${accountId}`
