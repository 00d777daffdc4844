import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { Conflict, NotFound } from '../platform/errors.ts'
import { csrfFault } from '../platform/web/csrf.ts'

export const notFound: RequestHandler = () => {
  throw new NotFound()
}

/** The one place where a fault becomes a page. What the reader can't mend is logged, and shown only as a reference. */
export const answerFaults =
  (log: Logger): ErrorRequestHandler =>
  (fault: unknown, req, res, next) => {
    if (res.headersSent) {
      log.error({ err: fault, requestId: req.id }, 'a request failed half-way')
      return next(fault)
    }
    if (fault instanceof NotFound) return show(res, 404, 'not-found')
    if (fault instanceof Conflict) return show(res, 409, 'conflict', { messageKey: fault.messageKey })
    if (fault === csrfFault) return show(res, 403, 'expired')
    const status = statusOf(fault)
    if (status === 413) return show(res, 413, 'too-large')
    if (status >= 400 && status < 500) return show(res, status === 404 ? 404 : 400, status === 404 ? 'not-found' : 'bad-request')

    log.error({ err: fault, requestId: req.id }, 'a request failed')
    show(res, 500, 'unexpected')
  }

const show = (res: Response, status: number, view: string, locals: object = {}) => {
  res.status(status)
  if (!res.locals.t) return res.type('text').send(`Ostoja: ${String(status)}`)
  res.render(`errors/${view}`, locals)
}

/** Faults of the body parser, the router and the static files carry their HTTP status. */
const statusOf = (fault: unknown): number => {
  const { status } = (fault ?? {}) as { status?: unknown }
  return typeof status === 'number' ? status : 500
}
