import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { actorOf, signedIn } from '../../platform/web/guard.ts'
import { isFresh, newPageId, sessionMark, type PageTickets } from '../../platform/web/page-ticket.ts'
import { rawBodyOf, typedFields } from '../../platform/web/typed-fields.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Drafts } from './drafts.ts'
import { draftId, formAction } from './schema.ts'

type Needs = { drafts: Drafts; tickets: PageTickets; clock: Clock }

export const draftRoutes = ({ drafts, tickets, clock }: Needs) => {
  const router = Router()

  router.get('/drafts', signedIn(), async (_req, res) => {
    res.render('drafts/drafts', { drafts: await drafts.list(actorOf(res)) })
  })

  /** A page keeps what is being typed. Without a session http/typed-work.ts keeps it just the same. */
  router.post('/drafts', signedIn({ background: true }), async (req, res) => {
    const body = req.body as { _page?: unknown; _action?: unknown }
    const ticket = tickets.read(body._page, clock())
    const action = formAction.safeParse(body._action)
    const { tenantId, accountId } = actorOf(res)
    const own = ticket?.tenantId === tenantId && ticket.accountId === accountId
    if (!ticket || !own || !action.success) return void res.sendStatus(422)
    const untouched = '_untouched' in body && isFresh(ticket)
    if (untouched) await drafts.drop(ticket, action.data)
    else await drafts.keep(ticket, action.data, typedFields(rawBodyOf(req)))
    res.sendStatus(204)
  })

  /** A page was left before what was typed on it had arrived: what could not be offered when it was made is offered now. */
  router.post('/drafts/offers', signedIn({ background: true }), async (req, res) => {
    const ticket = tickets.read((req.body as { _page?: unknown })._page, clock())
    if (!ticket) return void res.sendStatus(422)
    res.render('drafts/offers', { draftOffers: await drafts.offers(actorOf(res), ticket.page) })
  })

  router.get('/drafts/:draftId', signedIn(), async (req, res) => {
    res.render('drafts/draft', { draft: await drafts.open(actorOf(res), idOf(req)) })
  })

  /** For the page's own script: what was typed, and the ticket under which typing goes on in the same draft. */
  router.get('/drafts/:draftId/fields', signedIn({ background: true }), async (req, res) => {
    const { tenantId, accountId } = actorOf(res)
    const { action, fields, page, pageId } = await drafts.open(actorOf(res), idOf(req))
    const ticket = tickets.write({
      tenantId,
      accountId: accountId ?? 0,
      session: sessionMark(req.sessionID),
      page,
      id: pageId,
      opened: newPageId(),
      madeAt: clock().getTime(),
    })
    res.json({ action, fields, ticket })
  })

  router.post('/drafts/:draftId/discard', signedIn(), async (req: Request, res: Response) => {
    const page = await drafts.discard(actorOf(res), idOf(req))
    flash(req, 'success', 'drafts:flash.discarded')
    res.redirect(303, page)
  })

  return router
}

const idOf = (req: Request): string => {
  const id = draftId.safeParse(req.params.draftId)
  if (!id.success) throw new NotFound()
  return id.data
}
