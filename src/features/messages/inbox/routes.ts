import { Router, type Response } from 'express'
import { tenantRoles } from '../../../platform/actor.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { Messages } from '../messages.ts'
import type { Waiting } from './waiting.ts'

/** How pages learn, without being loaded anew, what waits; that something has come they hear by the browser's event stream. */
export const waitingRoutes = (messages: Pick<Messages, 'waiting'>) => {
  const router = Router()

  router.get('/messages/waiting', requireRole(tenantRoles, { background: true }), async (_req, res) => {
    const waiting = await messages.waiting(actorOf(res))
    res.json({ ...(await spoken(res, waiting)) })
  })

  return router
}

/** What waits, as the parts of a page that say so. */
const spoken = async (res: Response, waiting: Waiting) => {
  const part = (view: string) =>
    new Promise<string>((resolve, reject) => {
      res.render(view, { waiting }, (fault: Error | null, html: string) => (fault ? reject(fault) : resolve(html)))
    })
  return { unread: waiting.unread, count: await part('messages/count'), urgent: await part('messages/urgent') }
}
