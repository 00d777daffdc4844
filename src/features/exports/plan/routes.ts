import { Router } from 'express'
import { z } from 'zod'
import { flash } from '../../../platform/web/flash.ts'
import { readForm } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { Plans } from './plan.ts'

const days = (least: number, most: number, message: string) =>
  z.coerce.number({ error: message }).int(message).min(least, message).max(most, message)

const planForm = z.object({
  everyDays: days(0, 365, 'exports:problem.everyDays'),
  keep: days(1, 50, 'exports:problem.keep'),
  freshDays: days(1, 90, 'exports:problem.freshDays'),
})

export const planRoutes = (plans: Plans) => {
  const router = Router()

  router.get('/exports/plan', requireRole('security_officer'), async (_req, res) => {
    res.render('exports/plan', { values: await plans.of(actorOf(res)), problems: {} })
  })

  router.post('/exports/plan', requireRole('security_officer'), async (req, res) => {
    const form = readForm(planForm, req.body)
    const kept = form.ok && (await plans.change(actorOf(res), form.data))
    if (!kept) {
      const problems = form.ok ? { everyDays: 'exports:problem.planNeedsKey' } : form.problems
      return res.status(422).render('exports/plan', { values: typedIn(req.body), problems })
    }
    flash(req, 'success', 'exports:flash.planChanged')
    res.redirect(303, '/exports/plan')
  })

  return router
}

const typedIn = (body: unknown) => {
  const typed = (body ?? {}) as Record<string, unknown>
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return { everyDays: text(typed.everyDays), keep: text(typed.keep), freshDays: text(typed.freshDays) }
}
