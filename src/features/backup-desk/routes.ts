import { pipeline } from 'node:stream/promises'
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { unlessReaderGone } from '../../platform/web/reader-gone.ts'
import type { ListedBackup, Needs } from './needs.ts'

const operator = () => requireRole('operator')
const fetchForm = z.object({
  password: z.string({ error: 'problems:required' }).min(1, 'problems:required').max(1000, 'problems:too-long'),
  part: z.enum(['data', 'manifest'], { error: 'problems:choose' }),
})

/** The operators' pages of backups. Fetching one asks for the password once more: a file on a screen left alone is a way out. */
export const backupRoutes = ({ backups, prove }: Needs) => {
  const router = Router()

  router.get('/backups', operator(), async (_req, res) => {
    const [listed, state] = await Promise.all([backups.list(actorOf(res)), backups.state()])
    res.render('backup-desk/list', { listed, state, under: underWay(listed) })
  })

  router.post('/backups', operator(), async (req, res) => {
    await backups.request(actorOf(res))
    flash(req, 'success', 'backup-desk:flash.requested')
    res.redirect(303, '/backups')
  })

  router.get('/backups/progress', requireRole('operator', { background: true }), async (_req, res) => {
    const under = underWay(await backups.list(actorOf(res)))
    res.json(under ? { done: false, value: under.value, max: under.max } : { done: true })
  })

  router.get('/backups/:backupId/fetch', operator(), async (req, res) => {
    await show(req, res, {}, { values: { part: 'data' } })
  })

  router.post('/backups/:backupId/fetch', requireRole('operator', { download: 'sealed' }), async (req, res) => {
    const { id } = await find(req, res)
    const form = readForm(fetchForm, req.body)
    const values = { part: (req.body as { part?: unknown }).part }
    if (!form.ok) return show(req, res.status(422), form.problems, { values })

    const actor = actorOf(res)
    const { password, part } = form.data
    const proved = await prove(actor, { password })
    if (proved.outcome === 'slow-down') {
      res.set('Retry-After', String(proved.seconds)).status(429)
      return show(req, res, { password: proved.problem }, { values })
    }
    if (proved.outcome === 'wrong')
      return show(req, res.status(422), { password: 'backup-desk:problem.wrong' }, { values })

    const file = await backups.open(actor, id, part)
    res.set({
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(file.size),
      'Content-Disposition': `attachment; filename="${file.name}"`,
    })
    await pipeline(file.stream, res).catch(unlessReaderGone)
  })

  const find = async (req: Request, res: Response): Promise<ListedBackup> => {
    const found = (await backups.list(actorOf(res))).find(({ id }) => id === req.params.backupId)
    if (found?.status !== 'made') throw new NotFound()
    return found
  }

  const show = async (req: Request, res: Response, problems: Problems, more: object) => {
    res.render('backup-desk/fetch', { backup: await find(req, res), problems, ...more })
  }

  return router
}

/** What is being made or proven now, and how far it is, of about how much. */
const underWay = (listed: readonly ListedBackup[]) => {
  const waiting = listed.find(({ status }) => status === 'waiting')
  const running = listed.find(({ status, proof }) => status === 'running' || proof === 'running') ?? waiting
  if (!running) return null
  const max = Math.max(1, Number(running.about_bytes), Number(running.done_bytes))
  const proving = running.status === 'made'
  return { id: running.id, proving, value: proving ? 0 : Number(running.done_bytes), max }
}
