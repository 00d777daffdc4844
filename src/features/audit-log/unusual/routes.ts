import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import { NotFound } from '../../../platform/errors.ts'
import type { Language, Translate } from '../../../platform/i18n/translations.ts'
import { flash } from '../../../platform/web/flash.ts'
import { readForm, type Problems } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { AuditLog } from '../audit-log.ts'
import type { ThingKey } from './queries.ts'
import { sayMoments } from '../../../platform/i18n/moments.ts'
import { uuidField } from '../../../platform/web/ids.ts'
import { sayThing, sayThings } from './saying.ts'

const noteForm = z.object({
  note: z.string({ error: 'problems:required' }).trim().min(1, 'problems:required').max(2000, 'problems:too-long'),
})
type Locals = { t: Translate; language: Language }

export const unusualRoutes = ({ unusual }: Pick<AuditLog, 'unusual'>) => {
  const router = Router()
  const officer = () => requireRole('security_officer')

  router.get('/log/unusual', officer(), async (req, res) => {
    const { t, language } = res.locals as Locals
    const all = req.query.all === '1'
    const page = await unusual.list(actorOf(res), { all, after: readKey(req.query.after) })
    const query = (after: string) => `/log/unusual?${all ? 'all=1&' : ''}after=${after}`
    res.render('audit-log/unusual', {
      all,
      things: sayThings(t, language, page),
      next: page.next ? query(writeKey(page.next)) : null,
    })
  })

  router.get('/log/unusual/:thingId', officer(), async (req, res) => {
    await show(res, 200, idIn(req), { note: '' }, {})
  })

  router.post('/log/unusual/:thingId/looks', officer(), async (req, res) => {
    const id = idIn(req)
    const form = readForm(noteForm, req.body)
    if (!form.ok) return show(res, 422, id, req.body as object, form.problems)
    await unusual.lookAt(actorOf(res), id, form.data.note)
    flash(req, 'success', 'audit-log:unusual.noted')
    res.redirect(303, '/log/unusual')
  })

  const show = async (res: Response, status: number, id: string, values: object, problems: Problems) => {
    const { t, language } = res.locals as Locals
    const { thing, looks, mayLook, timeZone } = await unusual.find(actorOf(res), id)
    const moments = sayMoments(language, timeZone)
    res.status(status).render('audit-log/thing', {
      thing: sayThing(t, language, timeZone, thing),
      looks: looks.map(({ at, by, note }) => ({ by, note, when: moments.zoned(at) })),
      mayLook,
      values,
      problems,
    })
  }

  return router
}

/** Where a page begins: the moment in milliseconds, and the id. */
const writeKey = ({ at, id }: ThingKey) => `${at.getTime()}-${id}`
const readKey = (text: unknown): ThingKey | undefined => {
  const [, ms, id] = /^(\d{1,15})-([0-9a-f-]{36})$/.exec(typeof text === 'string' ? text : '') ?? []
  return ms && id && uuidField().safeParse(id).success ? { at: new Date(Number(ms)), id } : undefined
}

const idIn = (req: Request): string => {
  const id = uuidField().safeParse(req.params.thingId)
  if (!id.success) throw new NotFound()
  return id.data
}
