import { Router, type Response } from 'express'
import { deviceOf } from '../../platform/web/device.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { anyone } from '../../platform/web/guard.ts'
import type { PasswordResets } from './password-resets.ts'
import { askForm, choiceForm } from './schema.ts'

/** @param mailed whether this installation sends mail; where it does not, the page says whom to ask */
export const passwordResetRoutes = (resets: PasswordResets, mailed: boolean) => {
  const router = Router()

  router.get('/forgotten-password', anyone(), (_req, res) => {
    res.render('password-resets/ask', { mailed, values: {}, problems: {}, seconds: 0 })
  })

  router.post('/forgotten-password', anyone(), async (req, res) => {
    const form = readForm(askForm, req.body)
    const values = { name: typed(req.body) }
    if (!mailed || !form.ok)
      return res
        .status(422)
        .render('password-resets/ask', { mailed, values, problems: form.ok ? {} : form.problems, seconds: 0 })

    const seconds = await resets.ask(form.data.name, req.ip ?? '')
    if (seconds > 0)
      return res
        .status(429)
        .set('Retry-After', String(seconds))
        .render('password-resets/ask', { mailed, values, problems: {}, seconds })
    res.render('password-resets/asked')
  })

  router.get('/password-resets/:token', anyone(), async (req, res) => {
    await showForm(res, req.params.token, {})
  })

  router.post('/password-resets/:token', anyone(), async (req, res) => {
    const form = readForm(choiceForm, req.body)
    if (!form.ok) return showForm(res, req.params.token, form.problems)

    const chosen = await resets.choose(req.params.token, form.data.password, deviceOf(req, res))
    if (!chosen) return expired(res)
    if (!chosen.ok) return showForm(res, req.params.token, { password: chosen.problems.join(' ') }, chosen.rules)
    res.render('password-resets/done', { login: chosen.login })
  })

  const showForm = async (res: Response, token: unknown, problems: Problems, judged?: unknown[]) => {
    const opened = await resets.open(token)
    if (!opened) return expired(res)
    res
      .status(Object.keys(problems).length ? 422 : 200)
      .render('password-resets/choose', { rules: judged ?? opened.rules, problems })
  }

  return router
}

/** One answer for a link that was used, is too old, or never was. */
const expired = (res: Response) => res.status(410).render('password-resets/expired')

const typed = (body: unknown): string => {
  const { name } = (body ?? {}) as { name?: unknown }
  return typeof name === 'string' ? name.slice(0, 254) : ''
}
