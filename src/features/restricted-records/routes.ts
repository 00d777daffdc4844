import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { RestrictedRecords } from './restricted-records.ts'
import { liftForm, restrictionForm, uuid } from './schema.ts'

const readers = ['staff', 'security_officer'] as const

export const restrictionRoutes = ({ restrictions }: Pick<RestrictedRecords, 'restrictions'>) => {
  const router = Router()

  router.get('/restricted-records', requireRole('security_officer'), async (_req, res) => {
    res.render('restricted-records/list', { records: await restrictions.list(actorOf(res)) })
  })

  router.get('/clients/:clientId/restriction', requireRole(readers), (req, res) => show(req, res))

  router.post('/clients/:clientId/restriction', requireRole(readers), async (req, res) => {
    const id = clientIdOf(req)
    const form = readForm(restrictionForm, req.body)
    if (!form.ok) return show(req, res, form.problems)
    const outcome = await restrictions.restrict(actorOf(res), id, form.data)
    if (outcome === 'nobody-reads') return show(req, res, { people: 'restricted-records:problem.nobody' })
    flash(req, 'success', `restricted-records:flash.${outcome}`)
    const named = form.data.people.includes(actorOf(res).accountId ?? 0)
    res.redirect(303, named ? `/clients/${id}/restriction` : `/restricted-records/${id}`)
  })

  /** The same page, for officers, who look after records that are hidden from them. */
  router.get('/restricted-records/:recordId', requireRole('security_officer'), (req, res) => show(req, res))

  router.post('/restricted-records/:recordId/lift', requireRole('security_officer'), async (req, res) => {
    const id = clientIdOf(req)
    const form = readForm(liftForm, req.body)
    if (!form.ok) return show(req, res, form.problems)
    await restrictions.lift(actorOf(res), id, form.data.liftNote)
    flash(req, 'success', 'restricted-records:flash.lifted')
    res.redirect(303, `/clients/${id}`)
  })

  /** The page, with what was typed where something is wrong with it. */
  const show = async (req: Request, res: Response, problems: Problems = {}) => {
    const wrong = Object.keys(problems).length > 0
    const page = await restrictions.page(actorOf(res), clientIdOf(req))
    const typed = restrictionForm.shape.people.safeParse((req.body as { people?: unknown } | undefined)?.people)
    const { note, liftNote } = (req.body ?? {}) as { note?: unknown; liftNote?: unknown }
    res.status(wrong ? 422 : 200).render('restricted-records/restriction', {
      page,
      ticked: wrong && typed.success && note !== undefined ? typed.data : (page.restriction?.people ?? []),
      values: { note: textOf(note), liftNote: textOf(liftNote) },
      problems,
    })
  }

  return router
}

const textOf = (sent: unknown) => (typeof sent === 'string' ? sent : '')

const clientIdOf = (req: Request): string => {
  const id = uuid.safeParse(req.params.clientId ?? req.params.recordId)
  if (!id.success) throw new NotFound()
  return id.data
}
