import type { Request, Response, Router } from 'express'
import { NotFound } from '../../../platform/errors.ts'
import { readForm, type Problems } from '../../../platform/web/forms.ts'
import { flash } from '../../../platform/web/flash.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import { fixesLocals } from '../fixes/page-locals.ts'
import type { Imports } from '../imports.ts'
import { presentRow, type Locals } from '../presentation.ts'
import type { RowFilter } from '../readings.ts'
import { decisionsForm, importId, rowsQuery } from '../schema.ts'

type RowsQuery = ReturnType<typeof rowsQuery.parse>

const rowsOnPage = 25

/** @throws NotFound where the address names none */
export const idOf = (req: Request): string => {
  const id = importId.safeParse(req.params.importId)
  if (!id.success) throw new NotFound()
  return id.data
}

/** A page of rows as it shows them, with the headings of the file. */
const pageOfRows = async (imports: Imports, res: Response, id: string, filter: RowFilter) => {
  const locals = res.locals as Locals
  return presentPage(await imports.rows(actorOf(res), id, filter), locals)
}

export const presentPage = ({ rows, header, next, reading }: Awaited<ReturnType<Imports['rows']>>, locals: Locals) => ({
  rows: rows.map(row => presentRow(row, header, reading, locals)),
  next,
  header,
})

/** Rows of an import, and what is decided of them. */
export const addRowRoutes = (router: Router, imports: Imports): void => {
  const showRows = async (req: Request, res: Response, { show, after }: RowsQuery, problems: Problems = {}) => {
    const id = idOf(req)
    const view = await imports.view(actorOf(res), id)
    const decided = await imports.decided(actorOf(res), id)
    if (show === 'left-out' && view.state === 'previewed') {
      const page = fixesLocals(await imports.fixable(actorOf(res), id, { show, after }), {}, show, res.locals as Locals)
      return res.render('imports/rows', { view, decided, show, after, rows: [], next: null, ...page })
    }
    const filter = show === 'warned' ? { warned: true } : { outcome: show }
    const page = await pageOfRows(imports, res, id, { ...filter, after, limit: rowsOnPage })
    res.render('imports/rows', { view, decided, show, after, problems, ...page })
  }

  router.get('/imports/:importId/rows', requireRole('staff'), (req, res) =>
    showRows(req, res, rowsQuery.parse(req.query)),
  )

  router.post('/imports/:importId/decisions', requireRole('staff'), async (req, res) => {
    const id = idOf(req)
    const { after } = rowsQuery.parse(req.body ?? {})
    const form = readForm(decisionsForm, req.body)
    if (!form.ok) {
      res.status(422)
      return showRows(req, res, { show: 'undecided', after }, form.problems)
    }
    await imports.decide(actorOf(res), id, form.data)
    flash(req, 'success', 'imports:flash.decided')
    const { open } = await imports.decided(actorOf(res), id)
    res.redirect(303, open > 0 ? `/imports/${id}/rows?show=undecided&after=${after}` : `/imports/${id}`)
  })
}
