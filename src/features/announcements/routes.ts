import { Router, type Request, type Response } from 'express'
import type { Clock } from '../../platform/clock.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { localField } from '../../platform/time/wall-clock.ts'
import { actorOf, anyone, requireRole } from '../../platform/web/guard.ts'
import { isOwnPath } from '../../platform/web/own-path.ts'
import type { Announcements } from './announcements.ts'
import { announcementForm, readAnnouncementId } from './schema.ts'

type Values = Record<string, unknown>
/** More than are ever shown at once; the session does not grow for ever. */
const mostPutAway = 20
const hourMs = 60 * 60_000

export const announcementRoutes = (announcements: Announcements, clock: Clock) => {
  const router = Router()

  router.get('/announcements', requireRole('operator'), async (_req, res) => {
    const now = clock()
    const timeZone = zoneOf(res)
    const values = {
      kind: 'info',
      dismissible: true,
      startsAt: localField(now, timeZone),
      endsAt: localField(new Date(now.getTime() + 24 * hourMs), timeZone),
    }
    await show(res, values, {})
  })

  router.post('/announcements', requireRole('operator'), async (req, res) => {
    const form = readForm(announcementForm(zoneOf(res)), req.body)
    if (!form.ok) return show(res.status(422), typedOf(req), form.problems)
    await announcements.make(actorOf(res), form.data)
    flash(req, 'success', 'announcements:flash.made')
    res.redirect(303, '/announcements')
  })

  router.post('/announcements/:announcementId/remove', requireRole('operator'), async (req, res) => {
    await announcements.remove(actorOf(res), readAnnouncementId(req.params.announcementId))
    flash(req, 'success', 'announcements:flash.removed')
    res.redirect(303, '/announcements')
  })

  /** Puts an announcement away for the rest of this session; for strangers too. */
  router.post('/announcements/:announcementId/dismiss', anyone(), (req, res) => {
    const id = readAnnouncementId(req.params.announcementId)
    const { putAway = [] } = req.session
    if (!putAway.includes(id)) req.session.putAway = [...putAway, id].slice(-mostPutAway)
    const { return_to: returnTo } = (req.body ?? {}) as { return_to?: unknown }
    res.redirect(303, isOwnPath(returnTo) ? returnTo : '/')
  })

  const show = async (res: Response, values: Values, problems: Problems) => {
    res.render('announcements/list', {
      announcements: await announcements.list(actorOf(res)),
      now: clock(),
      values,
      problems,
    })
  }

  return router
}

/** In which moments are typed and shown: that of the installation. */
const zoneOf = (res: Response) => (res.locals as { timeZone: string }).timeZone

const typedOf = (req: Request): Values => {
  const body = (req.body ?? {}) as Values
  return Object.fromEntries(
    ['kind', 'textPl', 'textEn', 'startsAt', 'endsAt', 'dismissible'].map(name => [name, body[name]]),
  )
}
