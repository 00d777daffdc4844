import { Router, type NextFunction, type Request, type Response } from 'express'
import type { Actor } from '../../platform/actor.ts'
import { csrfFault, csrfOk } from '../../platform/web/csrf.ts'
import { deviceOf } from '../../platform/web/device.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm } from '../../platform/web/forms.ts'
import { actorOf, anyone, signedIn } from '../../platform/web/guard.ts'
import { beginSession } from '../../platform/web/session-data.ts'
import { signInForm, whySignedOut } from './schema.ts'
import type { Account, Outcome } from './needs.ts'
import type { SignIn } from './sign-in.ts'

type Needs = {
  signIn: SignIn
  endSession: (account: Account, because: 'signed-out', session: string) => Promise<unknown>
  /** The page somebody was typing on when their session ended against their will; null when nowhere. */
  pageToReturnTo: (account: Account) => Promise<string | null>
  /** What is typed and not saved stays, but no longer leads back. */
  setDraftsAside: (account: Account) => Promise<unknown>
}
type Refusal = Exclude<Outcome, { outcome: 'signed-in' }> | { outcome: 'stale' }

export const signInRoutes = ({ signIn, endSession, pageToReturnTo, setDraftsAside }: Needs) => {
  const router = Router()

  const show = async (req: Request, res: Response, status: number, shown: object) => {
    const rememberMeOffered = await signIn.offersToRemember()
    const organisation = await signIn.organisationAt(req.hostname)
    const because = whySignedOut(req.session.formerly?.because)
    res.status(status).render('sign-in/sign-in', {
      values: {},
      problems: {},
      refusal: null,
      because,
      rememberMeOffered,
      organisation,
      ...shown,
    })
  }

  const leave = async (req: Request, actor: Actor) => {
    const { tenantId, accountId } = actor
    if (accountId === null) return
    await endSession({ tenantId, accountId }, 'signed-out', req.sessionID)
    await signIn.noteSignOut(actor)
    await setDraftsAside({ tenantId, accountId })
  }

  router.get('/sign-in', anyone(), async (req, res) => {
    if (res.locals.actor) return res.redirect(303, '/')
    await show(req, res, 200, {})
  })

  // It looks at the token itself: a sign-in page that was open too long must not cost more than another try.
  router.post('/sign-in', anyone({ ownToken: true }), async (req, res, next: NextFunction) => {
    const body = (req.body ?? {}) as { _csrf?: unknown }
    const values = { login: typed(body) }
    if (!csrfOk(req, body._csrf)) {
      if (req.get('sec-fetch-site') !== 'same-origin') return next(csrfFault)
      return show(req, res, 422, { values, refusal: { outcome: 'stale' } satisfies Refusal })
    }
    const form = readForm(signInForm, req.body)
    if (!form.ok) return show(req, res, 422, { values, problems: form.problems })

    const { returnTo, formerly } = req.session
    const { actor } = res.locals as { actor?: Actor }
    if (actor) await leave(req, actor)
    await beginSession(req)
    const outcome = await signIn.signIn(form.data, {
      address: req.ip ?? '',
      userAgent: req.get('user-agent') ?? '',
      session: req.sessionID,
      device: deviceOf(req, res),
      rememberMe: form.data.rememberMe,
    })
    if (outcome.outcome !== 'signed-in') {
      if (returnTo) req.session.returnTo = returnTo
      if (formerly) req.session.formerly = formerly
      if (outcome.outcome === 'slow-down') res.set('Retry-After', String(outcome.seconds))
      return show(req, res, statusOf[outcome.outcome], { values, refusal: outcome satisfies Refusal })
    }

    const { tenantId, accountId } = outcome.signedIn
    req.session.signedIn = outcome.signedIn
    req.session.language = outcome.language
    if (form.data.rememberMe && !outcome.remembered) flash(req, 'warning', 'sessions:remember.notAllowed')

    const wasTheirs = !formerly || (formerly.tenantId === tenantId && formerly.accountId === accountId)
    const wanted = wasTheirs && returnTo !== '/' ? returnTo : undefined
    res.redirect(303, wanted ?? (await pageToReturnTo({ tenantId, accountId })) ?? '/')
  })

  router.post('/sign-out', signedIn({ beforePasswordChange: true }), async (req, res) => {
    const { tenantId, accountId } = actorOf(res)
    await leave(req, actorOf(res))
    await beginSession(req)
    req.session.formerly = { tenantId, accountId: accountId ?? 0, because: 'signed-out' }
    res.set('Clear-Site-Data', '"cache", "storage"')
    res.redirect(303, '/signed-out')
  })

  router.get('/signed-out', anyone(), (req, res) => {
    const because = whySignedOut(req.query.because) ?? whySignedOut(req.session.formerly?.because) ?? 'signed-out'
    res.render('sign-in/signed-out', { because })
  })

  return router
}

const statusOf = { wrong: 422, blocked: 409, 'slow-down': 429, suspended: 403 } as const

const typed = (body: object): string => {
  const { login } = body as { login?: unknown }
  return typeof login === 'string' ? login.slice(0, 200) : ''
}
