import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../../platform/errors.ts'
import { flash } from '../../../platform/web/flash.ts'
import { readForm, type Problems } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import { judgements } from '../queries.ts'
import type { RestrictedRecords } from '../restricted-records.ts'
import { breakForm, findForm, judgementForm, uuid } from '../schema.ts'
import { reasons } from '../sealing.ts'

const readers = ['staff', 'security_officer'] as const

export const breakGlassRoutes = ({ breaking, cases }: Pick<RestrictedRecords, 'breaking' | 'cases'>) => {
  const router = Router()

  router.get('/break-glass', requireRole(readers), (req, res) => showFind(req, res, 200))

  router.post('/break-glass', requireRole(readers), async (req, res) => {
    const form = readForm(findForm, req.body)
    if (!form.ok) return showFind(req, res, 422, form.problems)
    const finding = await breaking.find(actorOf(res), form.data)
    if (finding.found === null)
      return showFind(req, res, 422, { sought: `restricted-records:problem.${finding.because}` })
    res.redirect(303, `/clients/${finding.found}/card`)
  })

  router.get('/restricted-records/:recordId/break-glass', requireRole(readers), async (req, res) => {
    const id = idIn(req, 'recordId')
    if (!(await breaking.isHidden(actorOf(res), id))) return res.redirect(303, `/clients/${id}/card`)
    return showBreak(req, res, 200)
  })

  router.post('/restricted-records/:recordId/break-glass', requireRole(readers), async (req, res) => {
    const id = idIn(req, 'recordId')
    const form = readForm(breakForm, req.body)
    if (!(await breaking.isHidden(actorOf(res), id))) return res.redirect(303, `/clients/${id}/card`)
    if (!form.ok) return showBreak(req, res, 422, form.problems)
    await breaking.breakFor(actorOf(res), id, form.data)
    res.redirect(303, `/clients/${id}/card`)
  })

  router.post('/restricted-records/:recordId/break-glass/end', requireRole(readers), async (req, res) => {
    await breaking.end(actorOf(res), idIn(req, 'recordId'))
    flash(req, 'success', 'restricted-records:flash.ended')
    res.redirect(303, '/clients')
  })

  router.get('/break-glass/cases', requireRole('security_officer'), async (_req, res) => {
    res.render('restricted-records/cases', { cases: await cases.list(actorOf(res)) })
  })

  router.get('/break-glass/cases/:caseId', requireRole('security_officer'), (req, res) => showCase(req, res, 200))

  router.post('/break-glass/cases/:caseId/judgement', requireRole('security_officer'), async (req, res) => {
    const id = idIn(req, 'caseId')
    const form = readForm(judgementForm, req.body)
    if (!form.ok) return showCase(req, res, 422, form.problems)
    await cases.judge(actorOf(res), id, form.data)
    flash(req, 'success', 'restricted-records:flash.judged')
    res.redirect(303, '/break-glass/cases')
  })

  const showFind = async (req: Request, res: Response, status: number, problems: Problems = {}) => {
    const minutes = await breaking.minutes(actorOf(res))
    const values = typed(req, ['sought', 'birthDate', 'reason', 'details'])
    res.status(status).render('restricted-records/find', { minutes, reasons, values, problems })
  }

  const showBreak = async (req: Request, res: Response, status: number, problems: Problems = {}) => {
    const minutes = await breaking.minutes(actorOf(res))
    const values = typed(req, ['reason', 'details'])
    res
      .status(status)
      .render('restricted-records/break', { id: idIn(req, 'recordId'), minutes, reasons, values, problems })
  }

  const showCase = async (req: Request, res: Response, status: number, problems: Problems = {}) => {
    const found = await cases.find(actorOf(res), idIn(req, 'caseId'))
    const values = typed(req, ['judgement', 'note'])
    res.status(status).render('restricted-records/case', { found, judgements, values, problems })
  }

  return router
}

const typed = (req: Request, names: readonly string[]): Record<string, string> => {
  const body = (req.body ?? {}) as Record<string, unknown>
  return Object.fromEntries(names.map(name => [name, typeof body[name] === 'string' ? body[name] : '']))
}

const idIn = (req: Request, name: string): string => {
  const id = uuid.safeParse(req.params[name])
  if (!id.success) throw new NotFound()
  return id.data
}
