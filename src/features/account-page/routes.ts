import { Router, type Request, type Response } from 'express'
import type { Actor } from '../../platform/actor.ts'
import { deviceOf } from '../../platform/web/device.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, signedIn } from '../../platform/web/guard.ts'
import type { AccountPage } from './account-page.ts'
import { languageForm, passwordForm } from './schema.ts'
import type { SignInHistory } from './sign-in-history.ts'

type Details = {
  displayName: string
  email: string | null
  login: string
  createdAt: Date
  passwordChangedAt: Date | null
}
type Parts = {
  page: Pick<AccountPage, 'passwordRules' | 'changePassword' | 'chooseLanguage'>
  history: Pick<SignInHistory, 'recent'>
  details: (actor: Actor) => Promise<Details>
  /** What the reader is told of, always or by choice; its form is theirs who keep it. */
  noticeChoices: (actor: Actor) => Promise<object>
  /** What letters to the reader are encrypted to; its page is theirs who keep it. */
  mailKey: (actor: Actor) => Promise<object | null>
  /** Whether this installation sends mail. */
  mailed: boolean
}

export const accountPageRoutes = ({ page, history, details, noticeChoices, mailKey, mailed }: Parts) => {
  const router = Router()

  router.get('/account', signedIn(), async (req, res) => {
    const actor = actorOf(res)
    const device = deviceOf(req, res)
    const signIns = (await history.recent(actor)).map(entry => ({ ...entry, here: entry.device === device }))
    const [own, told, key] = await Promise.all([details(actor), noticeChoices(actor), mailKey(actor)])
    res.render('account-page/account', { details: own, signIns, told, key, mailed })
  })

  router.post('/account/language', signedIn(), async (req, res) => {
    const form = readForm(languageForm, req.body)
    if (form.ok) {
      await page.chooseLanguage(actorOf(res), form.data.language)
      req.session.language = form.data.language
      flash(req, 'success', 'account-page:flash.language')
    }
    res.redirect(303, '/account')
  })

  router.get('/account/password', signedIn({ beforePasswordChange: true }), async (req, res) => {
    await showPasswordForm(req, res, {})
  })

  router.post('/account/password', signedIn({ beforePasswordChange: true }), async (req, res) => {
    const form = readForm(passwordForm, req.body)
    if (!form.ok) return showPasswordForm(req, res, form.problems)
    const changed = await page.changePassword(actorOf(res), form.data.currentPassword, form.data.password)
    if (!changed.ok) {
      if (changed.seconds) res.status(429).set('Retry-After', String(changed.seconds))
      return showPasswordForm(req, res, changed.problems, changed.rules)
    }

    const forced = mustChange(req)
    if (req.session.signedIn) req.session.signedIn.mustChangePassword = false
    flash(req, 'success', 'account-page:flash.password')
    res.redirect(303, forced ? '/' : '/account')
  })

  const showPasswordForm = async (req: Request, res: Response, problems: Problems, judged?: unknown[]) => {
    if (Object.keys(problems).length > 0 && res.statusCode === 200) res.status(422)
    res.render('account-page/password', {
      rules: judged ?? (await page.passwordRules(actorOf(res))),
      problems,
      forced: mustChange(req),
      login: req.session.signedIn?.login,
      ...withoutFrame(req),
    })
  }

  return router
}

/** Whoever has to change a password first gets a page without the ways to everything that is not open yet. */
const withoutFrame = (req: Request) => (mustChange(req) ? { account: null } : {})

const mustChange = (req: Request) => req.session.signedIn?.mustChangePassword ?? false
