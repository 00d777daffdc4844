import { randomUUID } from 'node:crypto'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type Express, type Router } from 'express'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'
import type { Clock } from '../platform/clock.ts'
import type { Language, Translations } from '../platform/i18n/translations.ts'
import { noticeSaving } from '../platform/db/saving.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import { currentTrace, traced } from '../platform/trace.ts'
import { refuseOtherSites } from '../platform/web/csrf.ts'
import type { PageTickets } from '../platform/web/page-ticket.ts'
import { inventory, type RouteFacts } from '../platform/web/routes-inventory.ts'
import type { CountryCode } from '../platform/text/phone.ts'
import type { SignedIn } from '../platform/web/session-data.ts'
import { createViews, type Locals } from '../platform/web/views.ts'
import { readBody, readUpload, refuseOddNames } from './body.ts'
import { answerFaults, notFound } from './errors.ts'
import { healthRoutes, type Checks } from './health-routes.ts'
import { languageRoutes } from './language-routes.ts'
import { answerOutages } from './outage.ts'
import { pageLocals, plainLocals, readCountry } from './page-locals.ts'
import { leadToBreakGlass, readStanding, showStanding, type RestrictedAccess } from './restricted-records.ts'
import { keepNothing, securityHeaders } from './security-headers.ts'
import { onlyLiveSessions, sessionCookie, type Liveness } from './sessions.ts'
import { measure } from './measure.ts'
import { keepTypedWork, offerDrafts, readOffers, type TypedWork } from './typed-work.ts'
import { readWaiting, showWaiting, type WaitingThings } from './waiting.ts'

export type AppNeeds = {
  redis: Redis
  log: Logger
  clock: Clock
  translations: Translations
  asset: (name: string) => string
  sessionSecrets: string[]
  trustedProxies: readonly string[]
  sessions: Liveness
  openName: (signedIn: SignedIn) => Promise<string>
  timeZoneOf: (tenantId: string | null) => Promise<string>
  /** Whose telephone numbers need no country code. */
  countryOf: (signedIn: SignedIn) => Promise<CountryCode>
  tickets: PageTickets
  drafts: TypedWork
  waiting: WaitingThings
  restricted: RestrictedAccess
  announced: (language: Language, putAway?: readonly string[]) => Promise<readonly object[]>
  checks: Checks
  metrics: Pick<Metrics, 'request'>
  routers: readonly Router[]
}

const folder = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const yearInSeconds = 365 * 24 * 60 * 60

/**
 * The whole web application; the order of its middleware is its table of contents.
 * @throws Error when a route does not say who may use it
 */
export const createApp = (needs: AppNeeds): { app: Express; routes: RouteFacts[] } => {
  const app = express()
  const health = healthRoutes(needs.checks)
  const routers = [languageRoutes(), ...needs.routers]
  const routes = inventory([health, ...routers])
  const isBackground = matcherOf(routes.filter(route => route.policy.background))
  const isUpload = matcherOf(routes.filter(route => route.policy.upload))
  const hasPage = matcherOf(routes.filter(route => route.method === 'get'))

  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('view cache')
  app.set('trust proxy', needs.trustedProxies.length ? [...needs.trustedProxies] : false)
  app.set('views', folder('views'))
  app.set('view engine', 'ejs')
  const views = createViews(folder('views'))
  app.engine('ejs', (file, locals, done) => {
    const pageName = relative(folder('views'), file).replace(/\.ejs$/, '')
    const render = () => views.render(pageName, { ...(locals as Locals), pageName })
    Promise.all([readOffers(locals), readWaiting(locals), readStanding(locals)])
      .then(render)
      .then(page => done(null, page), done)
  })

  app.use(measure(needs.metrics))
  app.use((_req, _res, next) => traced({ requestId: randomUUID() }, next))
  app.use(
    pinoHttp({
      logger: needs.log,
      genReqId: () => currentTrace().requestId ?? randomUUID(),
      serializers: { req: requestFacts, res: answerFacts },
      customProps: routeOf,
    }),
  )
  app.use(securityHeaders())
  app.use(
    '/assets',
    express.static(folder('public/assets'), { immutable: true, maxAge: yearInSeconds * 1000, index: false }),
  )
  app.use(keepNothing)
  app.use((_req, _res, next) => noticeSaving(next))
  app.use(health) // asks for no session, for it tells whether there can be any
  app.use(plainLocals({ ...needs, hasPage }))
  app.use(sessionCookie(needs.redis, needs.sessionSecrets))
  app.use(onlyLiveSessions(needs.sessions, needs.clock, isBackground))
  app.use(pageLocals({ ...needs, hasPage, isBackground }))
  app.use(readCountry(needs.countryOf))
  app.use(refuseOtherSites)
  app.use(readBody(), readUpload(isUpload), refuseOddNames)
  app.use(keepTypedWork({ ...needs, isBackground }))
  app.use(offerDrafts(needs))
  app.use(showWaiting({ ...needs, isBackground }))
  app.use(showStanding(needs))
  app.use(...routers)
  app.use(notFound)
  app.use(leadToBreakGlass(needs))
  app.use(answerOutages({ ...needs, isBackground, isUpload }))
  app.use(answerFaults(needs.log))
  return { app, routes }
}

const matcherOf = (routes: readonly RouteFacts[]) => {
  const patterns = routes.map(({ method, path }) => ({
    method: method.toUpperCase(),
    path: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`),
  }))
  return (method: string, path: string) =>
    patterns.some(pattern => pattern.method === method && pattern.path.test(path))
}

/**
 * Of a request, only what names nobody: no header, no query, no body; and of its address the route it matched, since an
 * address may hold an id or the secret of a one-time link.
 */
const requestFacts = (req: { id: string; method: string }) => ({ id: req.id, method: req.method })
const answerFacts = (res: { statusCode: number }) => ({ status: res.statusCode })
const routeOf = (req: object) => ({ route: (req as { route?: { path: string } }).route?.path })
