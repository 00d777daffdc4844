import { randomUUID } from 'node:crypto'
import { Router } from 'express'
import type { Happening, Live } from '../../../platform/live/live.ts'
import { openEventStream } from '../../../platform/web/event-stream.ts'
import { signedIn } from '../../../platform/web/guard.ts'
import type { ActiveSessions } from '../active-session.ts'
import { accountOf } from '../routes.ts'
import { createStreams } from './streams.ts'

type Needs = { sessions: Pick<ActiveSessions, 'touch' | 'watch' | 'unwatch'>; live: Pick<Live, 'listen'> }

/**
 * The event stream: by it pages learn that something has come or that the session is over, and the server learns at once that the
 * browser has gone. None of it is activity.
 */
export const streamRoutes = ({ sessions, live }: Needs) => {
  const router = Router()
  const streams = createStreams()
  const byPages = signedIn({ background: true, beforePasswordChange: true })

  /** Says that something has come, never what: ids only. One browser holds one of these, however many tabs it has. */
  router.get('/sessions/stream', byPages, async (req, res) => {
    const account = accountOf(res)
    if (!streams.hasRoom()) return void res.set('Retry-After', '60').sendStatus(503)

    const stream = openEventStream(res)
    const isLive = async () => (await sessions.touch(account, req.sessionID, { active: false })).live
    const stillLive = () => isLive().catch(() => true)
    const tell = async ({ what, id }: Happening) => {
      if (!(await stillLive())) streams.endOver(stream)
      else if (what !== 'session') stream.send(what, { id })
    }
    const stop = await live.listen(account, happening => void tell(happening)).catch(() => null)
    if (!stop) return stream.close()
    stream.onClose(stop)
    streams.hold(`${account.tenantId}/${account.accountId}`, stream, stillLive)

    const id = randomUUID()
    await sessions.watch(account, req.sessionID, id).catch(() => undefined)
    stream.onClose(byServer => {
      if (!byServer) sessions.unwatch(account, req.sessionID, id).catch(() => undefined)
    })
    stream.send('ready', {})
  })

  return { router, close: streams.close }
}
