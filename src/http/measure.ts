import type { RequestHandler } from 'express'
import type { Metrics } from '../platform/metrics/metrics.ts'

/** Notes how long each request takes, by the pattern of its route: an address may hold an id. */
export const measure =
  ({ request }: Pick<Metrics, 'request'>): RequestHandler =>
  (req, res, next) => {
    const since = performance.now()
    request.begun()
    res.once('close', () => {
      const { path } = (req.route ?? {}) as { path?: unknown }
      const route = typeof path === 'string' ? path : req.baseUrl === '/assets' ? '/assets' : 'none'
      const method = known.has(req.method) ? req.method : 'other'
      request.ended({ method, route, status: String(res.statusCode) }, (performance.now() - since) / 1000)
    })
    next()
  }

/** Anybody may send any word for a method, and each would be a series of its own. */
const known = new Set(['GET', 'HEAD', 'POST'])
