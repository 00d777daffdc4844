import { Router, type Request } from 'express'
import { NotFound } from '../../../platform/errors.ts'
import { flash } from '../../../platform/web/flash.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import { uuidField } from '../../../platform/web/ids.ts'
import type { Approvals } from './approvals.ts'

export const approvalRoutes = (approvals: Approvals) => {
  const router = Router()
  const officer = () => requireRole('security_officer')

  router.get('/exports/approvals', officer(), async (_req, res) => {
    res.render('exports/approvals', { approvals: await approvals.list(actorOf(res)) })
  })

  router.post('/exports/approvals', officer(), async (req, res) => {
    await approvals.ask(actorOf(res))
    flash(req, 'success', 'exports:flash.asked')
    res.redirect(303, '/exports/approvals')
  })

  for (const verb of ['approve', 'refuse'] as const)
    router.post(`/exports/approvals/:approvalId/${verb}`, officer(), async (req, res) => {
      await approvals[verb](actorOf(res), idIn(req))
      flash(req, 'success', `exports:flash.${verb}d`)
      res.redirect(303, '/exports/approvals')
    })

  return router
}

const idIn = (req: Request) => {
  const id = uuidField().safeParse(req.params.approvalId)
  if (!id.success) throw new NotFound()
  return id.data
}
