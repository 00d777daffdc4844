import type { RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import type { Actor } from '../platform/actor.ts'
import type { Clock } from '../platform/clock.ts'
import { csrfOk } from '../platform/web/csrf.ts'
import { flash } from '../platform/web/flash.ts'
import { isFresh, ticketField, type PageTicket, type PageTickets } from '../platform/web/page-ticket.ts'
import { rawBodyOf, typedFields, type TypedFields } from '../platform/web/typed-fields.ts'

export type Offer = { id: string; updated_at: Date }
/** What the edge needs of the drafts. */
export type TypedWork = {
  keep: (origin: PageTicket, action: string, fields: TypedFields, options: { late: boolean }) => Promise<void>
  settle: (origin: PageTicket, action: string) => Promise<void>
  drop: (origin: PageTicket, action: string) => Promise<void>
  /** Of what was typed, the words that a person wrote. */
  written: (fields: TypedFields) => string[]
  leadBackTo: (origin: PageTicket, rank: number) => Promise<void>
  /** Read alongside what the page itself reads. */
  offersBeside: (actor: Actor, page: string) => () => Promise<Offer[]>
}
type Needs = {
  drafts: TypedWork
  tickets: PageTickets
  clock: Clock
  log: Logger
  isBackground: (method: string, path: string) => boolean
}

/**
 * Nothing typed is lost: a form whose session is gone, whose token is no longer right, or that could not be saved for any
 * other reason is kept as a draft of the account whose page it stood on; one that was saved, whatever page answers it, has no
 * draft any more. A form into which nothing was typed has none either.
 */
export const keepTypedWork = ({ drafts, tickets, clock, log, isBackground }: Needs): RequestHandler => {
  return async (req, res, next) => {
    if (req.method !== 'POST') return next()
    const body = (req.body ?? {}) as Record<string, unknown>
    const ticket = tickets.read(body[ticketField], clock())
    if (!ticket) return next()

    const { actor } = res.locals as { actor?: Actor }
    const own = actor?.tenantId === ticket.tenantId && actor.accountId === ticket.accountId
    const action = req.path === '/drafts' ? textOf(body._action).slice(0, 500) : req.path
    const nothingTyped = '_unkept' in body || ('_untouched' in body && isFresh(ticket))
    const fields = nothingTyped ? [] : typedFields(rawBodyOf(req))
    const keep = async () => {
      if (fields.length > 0) await drafts.keep(ticket, action, fields, { late: true })
    }

    if (own) res.locals.postedTicket = ticket
    if (!actor && req.path !== '/sessions/close' && req.session.formerly?.because !== 'signed-out')
      await drafts.leadBackTo(ticket, rankOf(body, fields.length > 0))
    if (own && !csrfOk(req, body._csrf) && fields.length > 0 && !isBackground(req.method, req.path)) {
      await keep()
      flash(req, 'warning', 'drafts:flash.expired')
      return res.redirect(303, ticket.page)
    }

    res.locals.keepsTyped = true
    beforeEnd(
      res,
      async () => {
        const saved = own && res.statusCode < 400 && !isBackground(req.method, req.path)
        // Its person has got it back, with nothing in it.
        const empty = own && res.statusCode === 422 && drafts.written(fields).length === 0
        if (saved) await drafts.settle(ticket, action)
        else if (empty) await drafts.drop(ticket, action)
        else if (!own || res.statusCode >= 400) await keep()
      },
      fault => {
        log.error({ err: fault }, 'what was typed could not be kept')
      },
    )
    next()
  }
}

/** Offers what was typed on the page that is asked for. */
export const offerDrafts =
  ({ drafts, log }: Pick<Needs, 'drafts' | 'log'>): RequestHandler =>
  (req, res, next) => {
    const { actor, pageId } = res.locals as { actor?: Actor; pageId?: string }
    if (req.method === 'GET' && actor && pageId) {
      const offers = drafts.offersBeside(actor, req.path)
      res.locals.draftOffers = () =>
        offers().catch((fault: unknown) => {
          log.error({ err: fault }, 'drafts could not be offered')
          return []
        })
    }
    next()
  }

/** The offers have been read by the time a view is rendered, or are read now. */
export const readOffers = async (locals: { draftOffers?: Offer[] | (() => Promise<Offer[]>) }): Promise<void> => {
  if (typeof locals.draftOffers === 'function') locals.draftOffers = await locals.draftOffers()
}

const textOf = (sent: unknown) => (typeof sent === 'string' ? sent : '')

/** Of several tabs the one that was typed in leads back, then the one in sight. */
const rankOf = (body: Record<string, unknown>, sent: boolean) =>
  (sent || body._typed === '1' ? 2 : 0) + (body._visible === '0' ? 0 : 1)

/** Runs `work` when the answer is made and not sent, so that whoever follows it finds the work done. */
const beforeEnd = (res: Response, work: () => Promise<void>, failed: (fault: unknown) => void) => {
  const end = res.end.bind(res) as (...parts: unknown[]) => Response
  res.end = ((...parts: unknown[]) => {
    res.end = end as Response['end']
    void work()
      .catch(failed)
      .then(() => end(...parts))
    return res
  }) as Response['end']
}
