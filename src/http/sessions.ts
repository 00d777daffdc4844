import session from 'express-session'
import type { Request, RequestHandler, Response } from 'express'
import type { Redis } from 'ioredis'
import type { Actor } from '../platform/actor.ts'
import type { Clock } from '../platform/clock.ts'
import { newPageId } from '../platform/web/page-ticket.ts'
import type { SignedIn } from '../platform/web/session-data.ts'
import { SessionStore } from './session-store.ts'

type Account = { tenantId: string; accountId: number }
type Touched = { live: true; leftMs: number; remembered: boolean } | { live: false; because: string }
export type Liveness = {
  touch: (
    account: Account,
    session: string,
    request: { active: boolean; page?: string | undefined },
  ) => Promise<Touched>
  answered: (account: Account, session: string, page: string) => Promise<void>
  unpage: (account: Account, session: string, page: string) => Promise<void>
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

/** Lets a session through only while it is its account's live one; any other is signed out, and keeps why. */
export const onlyLiveSessions =
  (sessions: Liveness, clock: Clock, isBackground: (method: string, path: string) => boolean): RequestHandler =>
  async (req, res, next) => {
    const { signedIn } = req.session
    if (!signedIn) return next()

    const active = !isBackground(req.method, req.path)
    const page = active && asksForPage(req) ? newPageId() : undefined
    const touched = await sessions.touch(signedIn, req.sessionID, { active, page })
    if (!touched.live) {
      signOut(req, signedIn, touched.because)
      return next()
    }

    const { tenantId, accountId, roles, signInId = null } = signedIn
    res.locals.actor = { tenantId, accountId, roles, signInId } satisfies Actor
    if (touched.remembered) keepCookie(req, clock().getTime() + touched.leftMs, touched.leftMs)
    if (!touched.remembered && req.session.keptUntil) forgetCookie(req)
    if (page) {
      res.locals.pageId = page
      const askedAt = clock().getTime()
      res.once('finish', () => {
        const isSlow = clock().getTime() - askedAt > slowMs
        const note = !res.locals.pageShown ? sessions.unpage : isSlow ? sessions.answered : null
        note?.(signedIn, req.sessionID, page).catch(() => undefined)
      })
    }
    next()
  }

/**
 * The session stays, as a stranger's, with the same cookie: so every tab that was signed in learns the same. Its form token
 * stays too: another request that is under way would save the session without the one that the sign-in page has just got.
 */
const signOut = (req: Request, { tenantId, accountId }: SignedIn, because: string) => {
  req.session.formerly = { tenantId, accountId, because }
  delete req.session.signedIn
  delete req.session.flash
  if (req.session.keptUntil) forgetCookie(req)
}

/** By the browser's own word (W3C Fetch Metadata), or, of an older one, by what it wants to be answered. */
const asksForPage = (req: Request) => {
  const mode = req.get('sec-fetch-mode')
  return mode === undefined ? req.accepts(['json', 'html']) === 'html' : mode === 'navigate'
}

/** A page that took longer is noted as on its way once more when it is answered. */
const slowMs = 1000

/** How stale the browser's own idea of the end may be. */
const stepMs = 30_000

const keepCookie = (req: Request, until: number, leftMs: number) => {
  if (Math.abs(until - (req.session.keptUntil ?? 0)) < stepMs) return
  req.session.keptUntil = until
  req.session.cookie.maxAge = leftMs
}

const forgetCookie = (req: Request) => {
  delete req.session.keptUntil
  req.session.cookie.maxAge = undefined
}

/** The id under which this page counts as open; a page made without one (an answer to no navigation) gets its own. */
export const pageIdOf = (res: Response): string => {
  const locals = res.locals as { pageId?: string; pageShown?: boolean }
  locals.pageShown = true
  return (locals.pageId ??= newPageId())
}
