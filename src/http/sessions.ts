import session from 'express-session'
import type { RequestHandler } from 'express'
import type { Redis } from 'ioredis'
import type { Actor } from '../platform/actor.ts'
import type { Clock } from '../platform/clock.ts'
import { beginSession } from '../platform/web/session-data.ts'
import { SessionStore } from './session-store.ts'

type Account = { tenantId: string; accountId: number }
export type Liveness = {
  touch: (account: Account, session: string, now: Date, idleMs: number, active: boolean) => Promise<boolean>
}

/**
 * The session cookie: of this host only, out of reach of scripts, gone with the browser (ASVS 3.3).
 * @param secrets the first signs; all are accepted, so that the secret can turn
 */
export const sessionCookie = (redis: Redis, secrets: string[]): RequestHandler =>
  session({
    name: '__Host-ostoja',
    secret: secrets,
    store: new SessionStore(redis),
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, httpOnly: true, sameSite: 'lax', path: '/' },
  })

/** Lets a session through only while it is its account's live one; any other is signed out. */
export const onlyLiveSessions =
  (sessions: Liveness, clock: Clock, isBackground: (method: string, path: string) => boolean): RequestHandler =>
  async (req, res, next) => {
    const { signedIn } = req.session
    if (!signedIn) return next()

    const active = !isBackground(req.method, req.path)
    const live = await sessions.touch(signedIn, req.sessionID, clock(), signedIn.idleMs, active)
    if (live)
      res.locals.actor = {
        tenantId: signedIn.tenantId,
        accountId: signedIn.accountId,
        roles: signedIn.roles,
      } satisfies Actor
    else await beginSession(req)
    next()
  }
