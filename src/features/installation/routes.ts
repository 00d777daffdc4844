import { Router } from 'express'
import { requireRole } from '../../platform/web/guard.ts'
import type { Installation } from './installation.ts'

export const installationRoutes = (installation: Installation) => {
  const router = Router()

  router.get('/system', requireRole('operator'), async (_req, res) => {
    res.render('installation/system', { standing: await installation.look() })
  })

  return router
}
