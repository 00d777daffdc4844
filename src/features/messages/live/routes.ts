import { Router, type Response } from 'express'
import { tenantRoles } from '../../../platform/actor.ts'
import type { Happening, Live } from '../../../platform/live/live.ts'
import { openEventStream } from '../../../platform/web/event-stream.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { Waiting } from '../inbox/waiting.ts'
import type { Messages } from '../messages.ts'
import { accountOf } from '../needs.ts'
import { createStreams } from './streams.ts'

type Needs = {
  messages: Pick<Messages, 'waiting'>
  live: Pick<Live, 'listen'>
  /** Whether this is still the account's live session. Asking counts as nothing that somebody did. */
  isLive: (account: { tenantId: string; accountId: number }, sessionId: string) => Promise<boolean>
}

/** How pages learn, without being loaded anew, that something has come. */
export const liveRoutes = ({ messages, live, isLive }: Needs) => {
  const router = Router()
  const streams = createStreams()
  const byPages = requireRole(tenantRoles, { background: true })

  /** Says that something has come, never what: ids only. One browser holds one of these, however many tabs it has. */
  router.get('/messages/stream', byPages, async (req, res) => {
    const actor = actorOf(res)
    const account = { tenantId: actor.tenantId, accountId: accountOf(actor) }
    if (!streams.hasRoom()) return void res.set('Retry-After', '60').sendStatus(503)

    const stream = openEventStream(res)
    const stillLive = () => isLive(account, req.sessionID).catch(() => true)
    const tell = async ({ what, id }: Happening) => {
      if (await stillLive()) stream.send(what, { id })
      else stream.close()
    }
    const stop = await live.listen(account, happening => void tell(happening)).catch(() => null)
    if (!stop) return stream.close()
    stream.onClose(stop)
    streams.hold(`${account.tenantId}/${account.accountId}`, stream, stillLive)
    stream.send('ready', {})
  })

  router.get('/messages/waiting', byPages, async (_req, res) => {
    const waiting = await messages.waiting(actorOf(res))
    res.json({ ...(await spoken(res, waiting)) })
  })

  return { router, close: streams.close }
}

/** What waits, as the parts of a page that say so. */
const spoken = async (res: Response, waiting: Waiting) => {
  const part = (view: string) =>
    new Promise<string>((resolve, reject) => {
      res.render(view, { waiting }, (fault: Error | null, html: string) => (fault ? reject(fault) : resolve(html)))
    })
  return { unread: waiting.unread, count: await part('messages/count'), urgent: await part('messages/urgent') }
}
