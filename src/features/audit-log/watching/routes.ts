import { Router } from 'express'
import { flash } from '../../../platform/web/flash.ts'
import { readForm } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { AuditLog } from '../audit-log.ts'
import { watchingForm } from './schema.ts'

export const watchingRoutes = ({ watching }: Pick<AuditLog, 'watching'>) => {
  const router = Router()

  router.get('/log/watching', requireRole('security_officer'), async (_req, res) => {
    res.render('audit-log/watching', { values: await watching.of(actorOf(res)), problems: {} })
  })

  router.post('/log/watching', requireRole('security_officer'), async (req, res) => {
    const form = readForm(watchingForm, req.body)
    if (!form.ok)
      return res.status(422).render('audit-log/watching', { values: req.body as object, problems: form.problems })
    await watching.change(actorOf(res), form.data)
    flash(req, 'success', 'audit-log:watching.saved')
    res.redirect(303, '/log/watching')
  })

  return router
}
