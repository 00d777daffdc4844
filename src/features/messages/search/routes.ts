import { Router } from 'express'
import { z } from 'zod'
import { tenantRoles } from '../../../platform/actor.ts'
import { NotFound } from '../../../platform/errors.ts'
import { readForm } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { Messages } from '../messages.ts'
import { termsOf } from './terms.ts'

const longestQuery = 200
const searchForm = z.object({
  query: z
    .string({ error: 'messages:problem.query' })
    .transform(typed =>
      typed
        .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
        .normalize('NFC')
        .trim()
        .slice(0, longestQuery),
    )
    .refine(typed => termsOf(typed).length > 0, 'messages:problem.query'),
})
const searchId = z.string().regex(/^[\w-]{22}$/)

/** A search is posted and answered by an address that says nothing of it, so that Back and reload work and no log holds a word. */
export const messageSearchRoutes = (messages: Messages) => {
  const router = Router()

  router.post('/messages/searches', requireRole(tenantRoles), async (req, res) => {
    const form = readForm(searchForm, req.body)
    if (!form.ok)
      return res
        .status(422)
        .render('messages/search', { findings: null, values: { query: '' }, problems: form.problems })
    res.redirect(303, `/messages/searches/${await messages.keepQuery(actorOf(res), form.data.query)}`)
  })

  router.get('/messages/searches/:messageSearchId', requireRole(tenantRoles), async (req, res) => {
    const id = searchId.safeParse(req.params.messageSearchId)
    if (!id.success) throw new NotFound()
    const query = await messages.findQuery(actorOf(res), id.data)
    if (query === null) return res.status(404).render('messages/search-gone', { values: { query: '' }, problems: {} })
    const findings = await messages.search(actorOf(res), query)
    res.render('messages/search', { findings, values: { query }, problems: {} })
  })

  return router
}
