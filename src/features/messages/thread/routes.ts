import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import { tenantRoles } from '../../../platform/actor.ts'
import type { Translate } from '../../../platform/i18n/translations.ts'
import { flash } from '../../../platform/web/flash.ts'
import { readForm, type Problems } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import { filesIn } from '../../../platform/web/multipart.ts'
import type { Callability } from '../../../safe-to-contact/times.ts'
import { ruleWords, sayCallability } from '../../../safe-to-contact/words.ts'
import type { Messages } from '../messages.ts'
import { idFrom, idOf, typedMessage } from '../params.ts'
import { problemOf, wholeList, withFiles, type Tray, type Trays } from '../routes.ts'
import { beforeQuery, numberField, peopleForm, replyForm } from '../schema.ts'

/** One thread: reading, answering, putting it away. */
export const threadRoutes = (messages: Messages, trays: Trays) => {
  const router = Router()
  const anybody = requireRole(tenantRoles)

  router.get('/messages/:threadId', anybody, (req, res) => show(req, res, 200, { text: '', urgent: false }, {}))

  /** What came in since a page was shown, for that page. It is read when its reader does something there. */
  router.get('/messages/:threadId/arrived', requireRole(tenantRoles, { background: true }), async (req, res) => {
    const { after } = req.query
    const arrived = await messages.arrived(actorOf(res), idOf(req.params.threadId), numberField.parse(after))
    res.render('messages/arrived', { messages: arrived })
  })

  router.post('/messages/:threadId/replies', requireRole(tenantRoles, { upload: true }), async (req, res) => {
    const threadId = idOf(req.params.threadId)
    const brought = await trays.ofForm(actorOf(res), req.body, filesIn(req))
    const { tray, problems, data } = withFiles(readForm(replyForm, req.body), brought)
    const message = idFrom(req.body, '_message', randomUUID)
    if (!data) return show(req, res, 422, typedMessage(req.body), problems, tray, message)
    await messages.reply(actorOf(res), threadId, message, { ...data, tray: tray.id })
    flash(req, 'success', data.urgent ? 'messages:flash.sent-urgent' : 'messages:flash.sent')
    res.redirect(303, `/messages/${threadId}`)
  })

  router.post('/messages/:threadId/read', anybody, async (req, res) => {
    const threadId = idOf(req.params.threadId)
    await messages.markRead(actorOf(res), threadId, throughOf(req))
    res.redirect(303, `/messages/${threadId}`)
  })

  router.post('/messages/:threadId/acknowledge', anybody, async (req, res) => {
    const threadId = idOf(req.params.threadId)
    await messages.acknowledge(actorOf(res), threadId, throughOf(req))
    flash(req, 'success', 'messages:flash.acknowledged')
    res.redirect(303, `/messages/${threadId}`)
  })

  router.post('/messages/:threadId/unread', anybody, async (req, res) => {
    await messages.markUnread(actorOf(res), idOf(req.params.threadId))
    flash(req, 'success', 'messages:flash.unread')
    res.redirect(303, '/messages')
  })

  router.post('/messages/:threadId/archive', anybody, async (req, res) => {
    await messages.archive(actorOf(res), idOf(req.params.threadId))
    flash(req, 'success', 'messages:flash.archived')
    res.redirect(303, '/messages')
  })

  router.post('/messages/:threadId/restore', anybody, async (req, res) => {
    const threadId = idOf(req.params.threadId)
    await messages.restore(actorOf(res), threadId)
    flash(req, 'success', 'messages:flash.restored')
    res.redirect(303, `/messages/${threadId}`)
  })

  router.get('/messages/:threadId/people', anybody, (req, res) => choosePeople(req, res, 200, [], {}))

  router.post('/messages/:threadId/people', anybody, async (req, res) => {
    const threadId = idOf(req.params.threadId)
    const form = readForm(peopleForm, req.body)
    if (!form.ok) return choosePeople(req, res, 422, typedMessage(req.body).to, wholeList(form.problems))
    const added = await messages.addPeople(actorOf(res), threadId, form.data.to)
    if (added === 'not-allowed') return choosePeople(req, res, 422, typedMessage(req.body).to, { to: problemOf[added] })
    flash(req, 'success', 'messages:flash.added')
    res.redirect(303, `/messages/${threadId}`)
  })

  const choosePeople = async (req: Request, res: Response, status: number, to: string[], problems: Problems) => {
    const page = await messages.peopleToAdd(actorOf(res), idOf(req.params.threadId))
    res.status(status).render('messages/people', { ...page, values: { to }, problems })
  }

  const show = async (
    req: Request,
    res: Response,
    status: number,
    values: { text: string; urgent: boolean },
    problems: Problems,
    tray: Tray = trays.empty(),
    newId: string = randomUUID(),
  ) => {
    const { before } = beforeQuery.parse(req.query)
    const actor = actorOf(res)
    const thread = await messages.read(actor, idOf(req.params.threadId), before)
    // What waited when the page was asked for has been read with it.
    res.locals.waiting = () => messages.waiting(actor)
    const words = ruleWords((res.locals as { t: Translate }).t)
    const sayWhen = (callable: Callability) => sayCallability(words, callable)
    res.status(status).render('messages/thread', { thread, values, problems, newId, tray, sayWhen })
  }

  return router
}

const throughOf = (req: Request) => numberField.parse((req.body as { through?: unknown } | undefined)?.through)
