import type { RequestHandler } from 'express'
import helmet from 'helmet'

/** For two years whoever has been here comes by TLS only (HSTS); other names below this one are none of ours. */
export const strictTransport = { maxAge: 63_072_000, includeSubDomains: false }

/** Deny by default, then what our own pages need: nothing inline, nothing from elsewhere (ASVS 3.4). */
export const securityHeaders = (): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: strictTransport,
  })

/** No page stays in a cache: the next person at a shared computer must not find it there. */
export const keepNothing: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store')
  next()
}
