import { Router } from 'express'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm } from '../../platform/web/forms.ts'
import { actorOf, signedIn } from '../../platform/web/guard.ts'
import { uuidField } from '../../platform/web/ids.ts'
import type { Notices } from './notices.ts'
import { choicesForm } from './schema.ts'

const noticeId = (text: unknown): string => {
  const read = uuidField().safeParse(text)
  if (!read.success) throw new NotFound()
  return read.data
}

export const noticeRoutes = (notices: Notices) => {
  const router = Router()

  router.get('/notices', signedIn(), async (_req, res) => {
    res.render('notices/notices', { notices: await notices.list(actorOf(res)) })
  })

  router.post('/notices/read', signedIn(), async (_req, res) => {
    await notices.markAllRead(actorOf(res))
    res.redirect(303, '/notices')
  })

  router.post('/notices/:noticeId/read', signedIn(), async (req, res) => {
    await notices.markRead(actorOf(res), noticeId(req.params.noticeId))
    res.redirect(303, '/notices')
  })

  router.post('/account/notices', signedIn(), async (req, res) => {
    const form = readForm(choicesForm, req.body)
    if (form.ok) {
      await notices.choose(actorOf(res), form.data.mail)
      flash(req, 'success', 'notices:flash.chosen')
    }
    res.redirect(303, '/account')
  })

  return router
}
