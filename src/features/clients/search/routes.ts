import { Router } from 'express'
import { NotFound } from '../../../platform/errors.ts'
import { readForm } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { Clients } from '../clients.ts'
import { spoken } from '../pages.ts'
import { searchForm, searchIdParam } from './schema.ts'

const readers = ['staff', 'security_officer'] as const

/** A search is posted and answered by an address that names nobody, so that Back and reload work and no log holds a name. */
export const searchRoutes = (clients: Clients) => {
  const router = Router()

  router.post('/searches', requireRole(readers), async (req, res) => {
    const form = readForm(searchForm, req.body)
    if (!form.ok)
      return res
        .status(422)
        .render('clients/search', { findings: null, values: { query: '' }, problems: form.problems })
    res.redirect(303, `/searches/${await clients.keepQuery(actorOf(res), form.data.query)}`)
  })

  router.get('/searches/:searchId', requireRole(readers), async (req, res) => {
    const searchId = searchIdParam.safeParse(req.params.searchId)
    if (!searchId.success) throw new NotFound()
    const query = await clients.findQuery(actorOf(res), searchId.data)
    if (query === null) return res.status(404).render('clients/search-gone')

    const findings = await clients.search(actorOf(res), query)
    res.render('clients/search', { ...spoken(res.locals), findings, values: { query }, problems: {} })
  })

  return router
}
