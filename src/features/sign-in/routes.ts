import { Router, type Response } from 'express'
import { deviceOf } from '../../platform/web/device.ts'
import { actorOf, anyone, signedIn } from '../../platform/web/guard.ts'
import { readForm } from '../../platform/web/forms.ts'
import { beginSession, endSession } from '../../platform/web/session-data.ts'
import { signInForm } from './schema.ts'
import type { Outcome, SignIn } from './sign-in.ts'

type EndSession = (account: { tenantId: string; accountId: number }, session: string) => Promise<unknown>

export const signInRoutes = (signIn: SignIn, end: EndSession) => {
  const router = Router()

  router.get('/sign-in', anyone(), (_req, res) => {
    if (res.locals.actor) return res.redirect(303, '/')
    res.render('sign-in/sign-in', { values: {}, problems: {}, refusal: null, rememberMeOffered: false })
  })

  router.post('/sign-in', anyone(), async (req, res) => {
    const form = readForm(signInForm, req.body)
    const values = { login: typed(req.body) }
    if (!form.ok)
      return res
        .status(422)
        .render('sign-in/sign-in', { values, problems: form.problems, refusal: null, rememberMeOffered: false })

    const { returnTo = '/' } = req.session
    await beginSession(req)
    const outcome = await signIn.signIn(form.data, {
      address: req.ip ?? '',
      userAgent: req.get('user-agent') ?? '',
      session: req.sessionID,
      device: deviceOf(req, res),
    })
    if (outcome.outcome !== 'signed-in') {
      req.session.returnTo = returnTo
      return refuse(res, outcome, values)
    }

    req.session.signedIn = outcome.signedIn
    req.session.language = outcome.language
    res.redirect(303, returnTo)
  })

  router.post('/sign-out', signedIn({ beforePasswordChange: true }), async (req, res) => {
    const { tenantId, accountId } = actorOf(res)
    if (accountId !== null) await end({ tenantId, accountId }, req.sessionID)
    await signIn.noteSignOut(actorOf(res))
    await endSession(req)
    res.set('Clear-Site-Data', '"cache", "storage"')
    res.redirect(303, '/signed-out')
  })

  router.get('/signed-out', anyone(), (_req, res) => {
    res.render('sign-in/signed-out', { because: 'sign-out' })
  })

  return router
}

const statusOf = { wrong: 422, blocked: 409, 'slow-down': 429 } as const

const refuse = (res: Response, outcome: Exclude<Outcome, { outcome: 'signed-in' }>, values: { login: string }) => {
  if (outcome.outcome === 'slow-down') res.set('Retry-After', String(outcome.seconds))
  res
    .status(statusOf[outcome.outcome])
    .render('sign-in/sign-in', { values, problems: {}, refusal: outcome, rememberMeOffered: false })
}

const typed = (body: unknown): string => {
  const { login } = (body ?? {}) as { login?: unknown }
  return typeof login === 'string' ? login.slice(0, 200) : ''
}
