import { Router } from 'express'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { Readiness } from './readiness.ts'

export const readinessRoutes = (readiness: Readiness) => {
  const router = Router()

  router.get('/readiness', requireRole(['security_officer', 'operator']), async (_req, res) => {
    res.render('readiness/readiness', { parts: await readiness.of(actorOf(res)) })
  })

  return router
}
