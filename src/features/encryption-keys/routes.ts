import { Router } from 'express'
import { z } from 'zod'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { kinds, type KeyDesk } from './desk.ts'

export const keyRoutes = (desk: KeyDesk) => {
  const router = Router()

  router.get('/keys', requireRole('operator'), async (_req, res) => {
    const [overview, progress] = await Promise.all([desk.overview(), desk.progress()])
    res.render('keys/keys', { overview, progress })
  })

  router.get('/keys/progress', requireRole('operator', { background: true }), async (_req, res) => {
    res.json(await desk.progress())
  })

  router.post('/keys/:keyKind/rotate', requireRole('operator'), async (req, res) => {
    const kind = z.enum(kinds).safeParse(req.params.keyKind)
    if (!kind.success) throw new NotFound()
    await desk.ask(actorOf(res), kind.data)
    flash(req, 'success', 'encryption-keys:flash.asked')
    res.redirect(303, '/keys')
  })

  return router
}
