import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { tenantRoles, type Actor } from '../platform/actor.ts'

type Waiting = { unread: number; urgent: readonly object[]; cases: number }
/** What waits for somebody to read; `beside` asks in the transaction that the page opens anyway. */
export type WaitingThings = {
  beside: (actor: Actor) => () => Promise<Waiting>
  now: (actor: Actor) => Promise<Waiting>
}
type Needs = { waiting: WaitingThings; log: Logger; isBackground: (method: string, path: string) => boolean }

/** Says on every page what waits for its reader; what pages ask by themselves says so only where it is about that. */
export const showWaiting =
  ({ waiting, log, isBackground }: Needs): RequestHandler =>
  (req, res, next) => {
    const { actor, pageId } = res.locals as { actor?: Actor; pageId?: string }
    if (actor?.roles.some(isOfTenant) && !isBackground(req.method, req.path)) {
      const ask = req.method === 'GET' && pageId ? waiting.beside(actor) : () => waiting.now(actor)
      res.locals.waiting = () =>
        ask().catch((fault: unknown) => {
          log.error({ err: fault }, 'what waits could not be shown')
          return null
        })
    }
    next()
  }

const isOfTenant = (role: string) => tenantRoles.some(known => known === role)

/** What waits has been read by the time a view is rendered, or is read now. */
export const readWaiting = async (locals: { waiting?: Waiting | null | (() => Promise<Waiting | null>) }) => {
  if (typeof locals.waiting === 'function') locals.waiting = await locals.waiting()
}
