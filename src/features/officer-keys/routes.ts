import { Router, type Response } from 'express'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { readFormLater, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { OfficerKeys } from './officer-keys.ts'
import { keyForm, keyId } from './schema.ts'

export const officerKeyRoutes = (keys: OfficerKeys) => {
  const router = Router()
  const officer = () => requireRole('security_officer')

  router.get('/exports/keys', officer(), async (_req, res) => {
    await renderPage(res, 200, {}, {})
  })

  router.post('/exports/keys', officer(), async (req, res) => {
    const form = await readFormLater(keyForm, req.body)
    if (!form.ok) return renderPage(res, 422, typedIn(req.body), form.problems)
    const added = await keys.register(actorOf(res), form.data)
    if (!added) return renderPage(res, 422, typedIn(req.body), { publicKey: 'officer-keys:problem.known' })
    flash(req, 'success', 'officer-keys:flash.registered')
    res.redirect(303, '/exports/keys')
  })

  router.post('/exports/keys/:officerKeyId/retire', officer(), async (req, res) => {
    const id = keyId.safeParse(req.params.officerKeyId)
    if (!id.success) throw new NotFound()
    await keys.retire(actorOf(res), id.data)
    flash(req, 'success', 'officer-keys:flash.retired')
    res.redirect(303, '/exports/keys')
  })

  const renderPage = async (res: Response, status: number, values: object, problems: Problems) => {
    const actor = actorOf(res)
    res
      .status(status)
      .render('officer-keys/keys', { keys: await keys.list(actor), own: actor.accountId, values, problems })
  }

  return router
}

/** What was typed, for the form that comes back; never a secret key, however it got there. */
const typedIn = (body: unknown) => {
  const { name, publicKey } = (body ?? {}) as Record<string, unknown>
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return { name: text(name), publicKey: /AGE-SECRET-KEY/i.test(text(publicKey)) ? '' : text(publicKey) }
}
