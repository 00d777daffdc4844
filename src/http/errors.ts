import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { limitOf } from '../platform/db/limits.ts'
import { Conflict, NotFound, SessionOver, TooBusy } from '../platform/errors.ts'
import { csrfFault } from '../platform/web/csrf.ts'

export const notFound: RequestHandler = () => {
  throw new NotFound()
}

/** The one place where a fault becomes a page. What the reader can't mend is logged, and shown only as a reference. */
export const answerFaults =
  (log: Logger): ErrorRequestHandler =>
  (fault: unknown, req, res, _next) => {
    if (req.destroyed && !req.complete) {
      log.info('a request broke off before it was all there')
      return res.destroy()
    }
    if (res.writableEnded) return log.error({ err: fault }, 'an answer was given, and something after it failed')
    if (res.headersSent) {
      log.error({ err: fault }, 'a request failed half-way')
      // Express' own handler would print the fault with all it says.
      return res.destroy()
    }
    if (fault instanceof SessionOver) return res.redirect(303, '/sign-in')
    const { status, view, locals } = answerTo(fault)
    if (status === 500) log.error({ err: fault }, 'a request failed')
    if (fault instanceof TooBusy) res.set('Retry-After', String(fault.seconds))
    res.status(status).render(`errors/${view}`, locals ?? {}, (broken: Error | null, page) => {
      if (!broken) return res.send(page)
      log.error({ err: broken }, 'an error page failed')
      res.type('text').send(`Ostoja: ${status} (${req.id as string})`)
    })
  }

const answerTo = (fault: unknown): { status: number; view: string; locals?: object } => {
  if (fault instanceof NotFound || fault instanceof URIError) return { status: 404, view: 'not-found' }
  if (fault instanceof Conflict) return { status: 409, view: 'conflict', locals: { messageKey: fault.messageKey } }
  const limit = limitOf(fault)
  if (limit) return { status: 409, view: 'full', locals: { messageKey: `tenants:full.${limit}` } }
  if (fault instanceof TooBusy) return { status: 503, view: 'busy' }
  if (fault === csrfFault) return { status: 403, view: 'expired' }
  // Faults of the body parser and the static files carry their HTTP status.
  const { status } = (fault ?? {}) as { status?: unknown }
  if (status === 404) return { status, view: 'not-found' }
  if (status === 413) return { status, view: 'too-large' }
  if (typeof status === 'number' && status >= 400 && status < 500) return { status: 400, view: 'bad-request' }
  return { status: 500, view: 'unexpected' }
}
