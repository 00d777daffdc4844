import { Router, type Request } from 'express'
import type { Clock } from '../../platform/clock.ts'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { Erasures } from './erasures.ts'
import { clientId, eraseForm, findForm } from './schema.ts'

export const erasureRoutes = (erasures: Erasures, clock: Clock) => {
  const router = Router()
  const administrator = () => requireRole('administrator')
  const fieldsOf = (req: Request) => (req.body ?? {}) as Record<string, unknown>
  const typed = (value: unknown) => (typeof value === 'string' ? value : '')

  router.get('/erasures', administrator(), async (_req, res) => {
    const { list, goneFromBackups } = erasures
    res.render('erasure/list', { erased: await list(actorOf(res)), goneFromBackups, values: {}, problems: {} })
  })

  router.post('/erasures/find', administrator(), async (req, res) => {
    const form = readForm(findForm, req.body)
    const found = form.ok ? await erasures.find(actorOf(res), form.data.fileNumber) : null
    if (found) return res.redirect(303, `/clients/${found}/erase`)

    res.status(form.ok ? 404 : 422).render('erasure/list', {
      erased: await erasures.list(actorOf(res)),
      goneFromBackups: erasures.goneFromBackups,
      values: { fileNumber: typed(fieldsOf(req).fileNumber) },
      problems: form.ok ? { fileNumber: 'erasure:problem.nobody' } : form.problems,
    })
  })

  router.get('/clients/:clientId/erase', administrator(), async (req, res) => {
    const doomed = await erasures.look(actorOf(res), clientIdOf(req))
    res.render('erasure/erase', { doomed, inBackupsUntil: inBackupsUntil(), values: {}, problems: {} })
  })

  router.post('/clients/:clientId/erase', administrator(), async (req, res) => {
    const doomed = await erasures.look(actorOf(res), clientIdOf(req))
    const form = readForm(eraseForm(doomed.fileNumber), req.body)
    if (!form.ok) {
      const { reason, fileNumber } = fieldsOf(req)
      return res.status(422).render('erasure/erase', {
        doomed,
        inBackupsUntil: inBackupsUntil(),
        values: { reason: typed(reason), fileNumber: typed(fileNumber) },
        problems: form.problems,
      })
    }
    await erasures.erase(actorOf(res), doomed.id, form.data.reason)
    flash(req, 'success', 'erasure:flash.erased')
    res.redirect(303, '/erasures')
  })

  const inBackupsUntil = () => erasures.goneFromBackups(clock())

  return router
}

const clientIdOf = (req: Request): string => {
  const id = clientId.safeParse(req.params.clientId)
  if (!id.success) throw new NotFound()
  return id.data
}
