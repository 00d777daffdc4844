import { Router } from 'express'
import { z } from 'zod'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { JobDesk } from './jobs.ts'

export const jobRoutes = (jobs: JobDesk) => {
  const router = Router()

  router.get('/jobs', requireRole('operator'), async (_req, res) => {
    res.render('jobs/list', await jobs.list(actorOf(res)))
  })

  // Before the routes of one job: "letters" is no job's number.
  router.post('/jobs/letters/retry', requireRole('operator'), async (req, res) => {
    const count = await jobs.retryLetters(actorOf(res))
    if (count > 0) flash(req, 'success', 'jobs:flash.lettersRetried', { count })
    else flash(req, 'warning', 'jobs:flash.noLetters')
    res.redirect(303, '/jobs')
  })

  for (const [verb, said] of [
    ['retry', 'retried'],
    ['remove', 'removed'],
  ] as const)
    router.post(`/jobs/:jobId/${verb}`, requireRole('operator'), async (req, res) => {
      await jobs[verb](actorOf(res), readJobId(req.params.jobId))
      flash(req, 'success', `jobs:flash.${said}`)
      res.redirect(303, '/jobs')
    })

  return router
}

const readJobId = (text: unknown): string => {
  const read = z
    .string()
    .regex(/^[1-9]\d{0,17}$/)
    .safeParse(text)
  if (!read.success) throw new NotFound()
  return read.data
}
