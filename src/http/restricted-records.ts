import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Actor } from '../platform/actor.ts'
import { NotFound } from '../platform/errors.ts'

/** What the edge needs of restricted records. */
export type RestrictedAccess = {
  /** How the actor comes to see a restricted record; read alongside what the page itself reads. */
  standingBeside: (actor: Actor, clientId: string) => () => Promise<object | null>
  /** @throws NotFound where there is no such record */
  isHidden: (actor: Actor, clientId: string) => Promise<boolean>
}
type Needs = { restricted: RestrictedAccess; log: Logger }

const recordPath = /^\/clients\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\/|$)/i
const readers = ['staff', 'security_officer'] as const
const mayRead = (actor: Actor | undefined): actor is Actor => readers.some(role => actor?.roles.includes(role))

/** Every page of a restricted record says that it is one, and for how long it stays open where the glass was broken. */
export const showStanding =
  ({ restricted, log }: Needs): RequestHandler =>
  (req, res, next) => {
    const { actor } = res.locals as { actor?: Actor }
    const clientId = recordPath.exec(req.path)?.[1]
    if (clientId && mayRead(actor)) {
      const standing = restricted.standingBeside(actor, clientId.toLowerCase())
      Object.assign(res.locals, {
        recordId: clientId.toLowerCase(),
        recordStanding: () =>
          standing().catch((fault: unknown) => {
            log.error({ err: fault }, 'the restriction of a record could not be read')
            return null
          }),
      })
    }
    next()
  }

/** What was read beside a page is there by the time its view is rendered. */
export const readStanding = async (locals: { recordStanding?: unknown }): Promise<void> => {
  if (typeof locals.recordStanding === 'function')
    locals.recordStanding = await (locals.recordStanding as () => Promise<unknown>)()
}

/** A page of a record that is hidden from its reader leads on to where the glass can be broken. */
export const leadToBreakGlass =
  ({ restricted }: Pick<Needs, 'restricted'>): ErrorRequestHandler =>
  async (fault: unknown, req, res, next) => {
    const { actor } = res.locals as { actor?: Actor }
    const clientId = recordPath.exec(req.path)?.[1]
    if (!(fault instanceof NotFound) || req.method !== 'GET' || !clientId || !mayRead(actor)) return next(fault)
    const hidden = await restricted.isHidden(actor, clientId.toLowerCase()).catch(() => false)
    if (!hidden) return next(fault)
    res.redirect(303, `/restricted-records/${clientId.toLowerCase()}/break-glass`)
  }
