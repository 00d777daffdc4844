import { Router, type Response } from 'express'
import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, readFormLater, type Problems } from '../../platform/web/forms.ts'
import { actorOf, signedIn } from '../../platform/web/guard.ts'
import type { MailKeys } from './mail-keys.ts'
import { keyForm, kindParam, removalForm, typedIn } from './schema.ts'

type Proved = { outcome: 'right' } | { outcome: 'wrong' } | { outcome: 'slow-down'; seconds: number; problem: string }
type Given = {
  mailKeys: MailKeys
  clock: Clock
  /** Asks for the password once more, so that a screen left open is not enough; wrong ones are counted. */
  prove: (actor: Actor, typed: { password: string }) => Promise<Proved>
  mailed: boolean
}

const files = {
  openpgp: { type: 'application/pgp-keys', name: 'ostoja-mail.asc' },
  smime: { type: 'application/x-pem-file', name: 'ostoja-mail.pem' },
}

export const mailKeyRoutes = ({ mailKeys, clock, prove, mailed }: Given) => {
  const router = Router()

  router.get('/account/mail-key', signedIn(), async (_req, res) => {
    await show(res, {})
  })

  router.post('/account/mail-key', signedIn(), async (req, res) => {
    const form = await readFormLater(keyForm(clock()), req.body)
    const isPrivate = !form.ok && form.problems.key === 'mail-keys:problem.private'
    const values = isPrivate ? {} : typedIn(req.body)
    if (!form.ok) return show(res.status(422), form.problems, { values })
    if (!(await proven(res, { field: 'password', password: form.data.password }, { values }))) return
    await mailKeys.choose(actorOf(res), form.data.key)
    flash(req, 'success', 'mail-keys:flash.chosen')
    res.redirect(303, '/account/mail-key')
  })

  router.post('/account/mail-key/remove', signedIn(), async (req, res) => {
    const form = readForm(removalForm, req.body)
    if (!form.ok) return show(res.status(422), form.problems)
    if (!(await proven(res, { field: 'removalPassword', password: form.data.removalPassword }))) return
    await mailKeys.remove(actorOf(res))
    flash(req, 'success', 'mail-keys:flash.removed')
    res.redirect(303, '/account/mail-key')
  })

  router.get('/account/mail-key/signing/:signingKind', signedIn({ download: 'no-client-data' }), async (req, res) => {
    const kind = kindParam.safeParse(req.params.signingKind)
    if (!kind.success) throw new NotFound()
    const { published } = await mailKeys.published(kind.data)
    const { type, name } = files[kind.data]
    res.set({ 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` }).send(published)
  })

  /** Whether it is the owner; where not, the form has come back already. */
  const proven = async (
    res: Response,
    { field, password }: { field: string; password: string },
    more = {},
  ): Promise<boolean> => {
    const proved = await prove(actorOf(res), { password })
    if (proved.outcome === 'right') return true
    if (proved.outcome === 'slow-down') {
      res.set('Retry-After', String(proved.seconds)).status(429)
      await show(res, { [field]: proved.problem }, more)
    } else await show(res.status(422), { [field]: 'mail-keys:problem.password' }, more)
    return false
  }

  const show = async (res: Response, problems: Problems, more: object = {}) => {
    const own = await mailKeys.own(actorOf(res))
    res.render('mail-keys/mail-key', { own, mailed, problems, values: {}, ...more })
  }

  return router
}
