import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../platform/errors.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { Drills } from './drills.ts'
import { drillId, resultForm } from './schema.ts'

export const drillRoutes = (drills: Drills) => {
  const router = Router()
  const officer = () => requireRole('security_officer')

  router.get('/drills', officer(), async (_req, res) => {
    res.render('drills/list', { drills: await drills.list(actorOf(res)) })
  })

  router.post('/drills', officer(), async (_req, res) => {
    const actor = actorOf(res)
    const id = await drills.start(actor)
    if (!id) return res.status(409).render('drills/list', { drills: await drills.list(actor), nobody: true })
    res.redirect(303, `/drills/${id}`)
  })

  router.get('/drills/:drillId', officer(), async (req, res) => {
    await renderDrill(req, res, 200, { code: '', trouble: 'none', answers: {} }, {})
  })

  router.post('/drills/:drillId', officer(), async (req, res) => {
    const form = readForm(resultForm, req.body)
    if (!form.ok) return renderDrill(req, res, 422, typedIn(req.body), form.problems)
    const id = idIn(req)
    await drills.finish(actorOf(res), id, form.data)
    res.redirect(303, `/drills/${id}`)
  })

  const renderDrill = async (req: Request, res: Response, status: number, values: object, problems: Problems) => {
    const actor = actorOf(res)
    const drill = await drills.find(actor, idIn(req))
    const isRunning = drill.finished_at === null && drill.account_id === actor.accountId
    const sought = isRunning ? await drills.sought(actor, drill) : []
    res.status(status).render(isRunning ? 'drills/running' : 'drills/result', { drill, sought, values, problems })
  }

  return router
}

const idIn = (req: Request) => {
  const id = drillId.safeParse(req.params.drillId)
  if (!id.success) throw new NotFound()
  return id.data
}

const typedIn = (body: unknown) => {
  const { code, trouble, answers } = (body ?? {}) as Record<string, unknown>
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const typed = Object.entries((answers ?? {}) as Record<string, unknown>).map(([id, value]) => [id, text(value)])
  return { code: text(code), trouble: text(trouble), answers: Object.fromEntries(typed) as Record<string, string> }
}
