import type { Request, Response, Router } from 'express'
import { flash } from '../../../platform/web/flash.ts'
import { readForm } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { Imports } from '../imports.ts'
import type { Locals } from '../presentation.ts'
import type { ImportView } from '../readings.ts'
import { idOf, presentPage } from '../rows/routes.ts'
import { fixesForm, fixesQuery } from '../schema.ts'
import type { Checked } from './check-again.ts'
import { fixesLocals, type Sent } from './page-locals.ts'
import { nameOfColumn } from './present.ts'
import type { FixFilter } from './read-fixable.ts'

const firstRows = 3

/** The page of a preview, whose table of refused rows can be typed over. */
export const createPreviewPage =
  (imports: Imports) => async (res: Response, view: ImportView, sent: Sent, filter: FixFilter) => {
    const locals = res.locals as Locals
    const { id } = view
    const actor = actorOf(res)
    const [decided, fixed] = [await imports.decided(actor, id), await imports.fixed(actor, id)]
    const outcome = view.planned.counts.new > 0 ? 'new' : 'changed'
    const page = await imports.previewPage(actor, id, { first: { outcome, limit: firstRows }, fix: filter })
    const { header, reading } = page.first
    const overlooked = (view.planned.overlooked ?? []).map(one => ({ ...one, name: header[one.column] ?? '' }))
    const unused = fixed.columns.filter(column => !reading.columns[column])
    res.render('imports/preview', {
      view,
      decided,
      overlooked,
      fixed: { rows: fixed.rows, unused: unused.map(column => nameOfColumn(header, column, locals)) },
      first: presentPage(page.first, locals),
      ...fixesLocals(page.fixes, sent, 'refused', locals),
    })
  }

export const addFixRoutes = (
  router: Router,
  imports: Imports,
  showPreview: ReturnType<typeof createPreviewPage>,
): void => {
  router.post('/imports/:importId/fixes', requireRole('staff'), async (req: Request, res: Response) => {
    const id = idOf(req)
    const actor = actorOf(res)
    const filter = fixesQuery.parse(req.body ?? {})
    const form = readForm(fixesForm, req.body)
    const checked = form.ok ? await imports.checkAgain(actor, id, form.data) : undefined
    const view = await imports.view(actor, id)
    if (checked && checked.wrong.length + checked.conflicts.length + checked.gone.length === 0) {
      flash(req, 'success', 'imports:fixes.checked', numbersOf(checked))
      const left = view.planned.counts[filter.show] ?? 0
      return res.redirect(303, addressOf(id, filter, left))
    }
    const rows = form.ok ? form.data.rows : {}
    const typed = Object.fromEntries((checked?.conflicts ?? []).map(row => [row, rows[row]!]))
    const sent: Sent = checked ? { checked, typed } : { problems: { '': 'problems:invalid' } }
    res.status(422)
    if (filter.show === 'refused') return showPreview(res, view, sent, filter)
    const page = await imports.fixable(actor, id, filter)
    const decided = await imports.decided(actor, id)
    res.render('imports/rows', {
      view,
      decided,
      rows: [],
      next: null,
      ...filter,
      ...fixesLocals(page, sent, filter.show, res.locals as Locals),
    })
  })
}

const numbersOf = ({ taken, leftOut, wrong, conflicts }: Checked) => ({
  taken,
  leftOut,
  wrong: wrong.length + conflicts.length,
})

/** The page that is left once its rows are all right. */
const addressOf = (id: string, { show, after }: FixFilter, left: number): string => {
  if (left === 0) return `/imports/${id}`
  return show === 'refused'
    ? `/imports/${id}?after=${after}#refused-rows`
    : `/imports/${id}/rows?show=${show}&after=${after}`
}
