import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { Groups, Naming } from './groups.ts'
import { groupForm, pageQuery, uuid } from './schema.ts'

const readers = ['staff', 'security_officer'] as const
const problemOf = {
  'name-taken': 'groups:problem.name-taken',
  full: 'groups:problem.full',
  'id-taken': 'groups:problem.id-taken',
} as const

/** @param speech what pages that list clients speak with */
export const groupRoutes = (
  groups: Pick<Groups, 'list' | 'create' | 'rename' | 'remove'> & {
    page: (...args: Parameters<Groups['page']>) => Promise<{ group: object }>
  },
  speech: (res: Response) => object,
) => {
  const router = Router()

  router.get('/groups', requireRole(readers), (_req, res) => list(res, 200, { name: '' }, {}))

  router.post('/groups', requireRole('staff'), async (req, res) => {
    const form = readForm(groupForm, req.body)
    if (!form.ok) return list(res, 422, typed(req), form.problems)
    const { id } = req.body as { id?: unknown }
    const named = await groups.create(actorOf(res), { id: uuid.safeParse(id).data ?? randomUUID(), ...form.data })
    if (named !== 'kept') return list(res, 422, typed(req), problemFor(named))
    flash(req, 'success', 'groups:flash.created')
    res.redirect(303, '/groups')
  })

  router.get('/groups/:groupId', requireRole(readers), (req, res) => show(req, res, 200, null, {}))

  router.post('/groups/:groupId', requireRole('staff'), async (req, res) => {
    const id = idOf(req)
    const form = readForm(groupForm, req.body)
    if (!form.ok) return show(req, res, 422, typed(req), form.problems)
    const named = await groups.rename(actorOf(res), { id, ...form.data })
    if (named !== 'kept') return show(req, res, 422, typed(req), problemFor(named))
    flash(req, 'success', 'groups:flash.renamed')
    res.redirect(303, `/groups/${id}`)
  })

  router.post('/groups/:groupId/remove', requireRole('staff'), async (req, res) => {
    await groups.remove(actorOf(res), idOf(req))
    flash(req, 'success', 'groups:flash.removed')
    res.redirect(303, '/groups')
  })

  const list = async (res: Response, status: number, values: { name: string }, problems: Problems) => {
    const all = await groups.list(actorOf(res))
    res.status(status).render('groups/list', { groups: all, newId: randomUUID(), values, problems })
  }

  const show = async (
    req: Request,
    res: Response,
    status: number,
    values: { name: string } | null,
    problems: Problems,
  ) => {
    const { page } = pageQuery.parse(req.query)
    const { group: chosen, ...found } = await groups.page(actorOf(res), idOf(req), page)
    res.status(status).render('groups/group', { ...speech(res), ...found, chosen, values, problems })
  }

  return router
}

const problemFor = (named: Exclude<Naming, 'kept'>): Problems => ({ name: problemOf[named] })

const typed = (req: Request) => {
  const { name } = (req.body ?? {}) as { name?: unknown }
  return { name: typeof name === 'string' ? name : '' }
}

const idOf = (req: Request): string => {
  const id = uuid.safeParse(req.params.groupId)
  if (!id.success) throw new NotFound()
  return id.data
}
