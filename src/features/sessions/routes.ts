import { Router, type Request, type Response } from 'express'
import { csrfTokenOf } from '../../platform/web/csrf.ts'
import { actorOf, signedIn } from '../../platform/web/guard.ts'
import { sessionMark, type PageTickets } from '../../platform/web/page-ticket.ts'
import type { Clock } from '../../platform/clock.ts'
import type { AccountKey, ActiveSessions } from './active-session.ts'
import { pageReport } from './schema.ts'

type Needs = { sessions: ActiveSessions; tickets: PageTickets; clock: Clock }

/** What pages tell and ask by themselves. None of it counts as activity but what says that the person did something. */
export const sessionRoutes = ({ sessions, tickets, clock }: Needs) => {
  const router = Router()
  const byPages = signedIn({ background: true, beforePasswordChange: true })

  const read = (req: Request, res: Response) => {
    const report = pageReport.safeParse(req.body)
    const ticket = report.success ? tickets.read(report.data._page, clock()) : null
    const account = accountOf(res)
    const own = ticket?.tenantId === account.tenantId && ticket.accountId === account.accountId
    if (!report.success || !ticket || !own) return null
    // A page that came back out of the back/forward cache counts as another one: it was said to have been left.
    const again = report.data._shown === '0' ? '' : `~${report.data._shown}`
    const { _active, _visible, _leaving } = report.data
    const said = { active: _active === '1', visible: _visible === '1', leaving: _leaving === '1' }
    return { account, page: ticket.opened + again, ...said }
  }

  router.post('/sessions/heartbeat', byPages, async (req, res) => {
    const report = read(req, res)
    if (!report) return void res.sendStatus(422)
    const { account, page, active, visible } = report
    const lasting = await sessions.beat(account, req.sessionID, page, active, visible)
    if (!lasting) return void res.status(401).json({ signedOut: true })
    res.json({ ...lasting, session: sessionMark(req.sessionID) })
  })

  router.post('/sessions/close', byPages, async (req, res) => {
    const report = read(req, res)
    if (!report) return void res.sendStatus(422)
    await (report.leaving ? sessions.leaving : sessions.close)(report.account, req.sessionID, report.page)
    res.sendStatus(204)
  })

  /** For a page of an earlier session: whose session it is now, and the token by which its forms are good again. */
  router.get('/sessions/current', byPages, (req, res) => {
    const { tenantId, accountId } = accountOf(res)
    res.json({ owner: `${tenantId}/${accountId}`, token: csrfTokenOf(req) })
  })

  return router
}

export const accountOf = (res: Response): AccountKey => {
  const { tenantId, accountId } = actorOf(res)
  return { tenantId, accountId: accountId ?? 0 }
}
