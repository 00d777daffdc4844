import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import { tenantRoles, type Actor } from '../../platform/actor.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems, type ReadForm } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { filesIn, type ArrivingFile } from '../../platform/web/multipart.ts'
import type { Messages } from './messages.ts'
import { idFrom, idOf, typedMessage } from './params.ts'
import { listQuery, threadForm } from './schema.ts'

const readers = ['staff', 'security_officer'] as const
/** Files on their way into a message, as the forms need them. */
export type Trays = {
  empty: () => Tray
  ofForm: (actor: Actor, body: unknown, files: AsyncIterable<ArrivingFile>) => Promise<TrayOfForm>
}
export type Tray = { id: string; attachments: readonly object[] }
type TrayOfForm = { tray: Tray; problem: string | null }

/** What was typed is checked, and files are taken in, whatever is wrong with the other: both are told at once. */
export const withFiles = <Form extends ReadForm<object>>(form: Form, { tray, problem }: TrayOfForm) => ({
  tray,
  problems: { ...(form.ok ? {} : form.problems), ...(problem ? { files: problem } : {}) },
  data: form.ok && !problem ? (form.data as Extract<Form, { ok: true }>['data']) : null,
})

const nothing = { to: [], subject: '', text: '', urgent: false }
export const problemOf = { nobody: 'messages:problem.nobody', 'not-allowed': 'messages:problem.not-allowed' } as const

/** Lists of threads, and beginning one. */
export const messageRoutes = (messages: Messages, trays: Trays) => {
  const router = Router()

  router.get('/messages', requireRole(tenantRoles), async (req, res) => {
    const { show, ...wish } = listQuery.parse(req.query)
    const listed = await messages.list(actorOf(res), show === 'archived', wish)
    res.render('messages/inbox', { ...listed, show, values: { query: '' }, problems: {} })
  })

  /** The rows of the list, for a page that shows it and has heard that something came. */
  router.get('/messages/rows', requireRole(tenantRoles, { background: true }), async (req, res) => {
    const { show, ...wish } = listQuery.parse(req.query)
    const listed = await messages.list(actorOf(res), show === 'archived', wish)
    res.render('messages/list', { ...listed, show })
  })

  router.get('/messages/new', requireRole(tenantRoles), (_req, res) => compose(res, 200, null, nothing, {}))
  router.post('/messages', requireRole(tenantRoles, { upload: true }), (req, res) => begin(req, res, null))

  router.get('/clients/:clientId/messages', requireRole(readers), async (req, res) => {
    const { after, before } = listQuery.parse(req.query)
    const listed = await messages.ofClient(actorOf(res), idOf(req.params.clientId), { after, before })
    res.render('messages/of-client', listed)
  })
  router.get('/clients/:clientId/messages/new', requireRole(readers), (req, res) =>
    compose(res, 200, idOf(req.params.clientId), nothing, {}),
  )
  router.post('/clients/:clientId/messages', requireRole(readers, { upload: true }), (req, res) =>
    begin(req, res, idOf(req.params.clientId)),
  )

  const begin = async (req: Request, res: Response, client: string | null) => {
    const ids = {
      thread: idFrom(req.body, '_thread', randomUUID),
      message: idFrom(req.body, '_message', randomUUID),
      client,
    }
    const brought = await trays.ofForm(actorOf(res), req.body, filesIn(req))
    const { tray, problems, data } = withFiles(readForm(threadForm, req.body), brought)
    if (!data) return compose(res, 422, client, typedMessage(req.body), problems, tray, ids)
    const sending = await messages.start(actorOf(res), ids, { ...data, tray: tray.id })
    if (sending !== 'sent')
      return compose(res, 422, client, typedMessage(req.body), { to: problemOf[sending] }, tray, ids)
    flash(req, 'success', data.urgent ? 'messages:flash.sent-urgent' : 'messages:flash.sent')
    res.redirect(303, `/messages/${ids.thread}`)
  }

  const compose = async (
    res: Response,
    status: number,
    client: string | null,
    values: ReturnType<typeof typedMessage>,
    problems: Problems,
    tray: Tray = trays.empty(),
    ids = { thread: randomUUID() as string, message: randomUUID() as string },
  ) => {
    const choices = await messages.composing(actorOf(res), client)
    res.status(status).render('messages/new', { choices, values, problems: wholeList(problems), ids, tray })
  }

  return router
}

/** Whatever is wrong in a list of people is said beside the list. */
export const wholeList = (problems: Problems): Problems => {
  const inList = Object.entries(problems).find(([place]) => place.startsWith('to.'))
  const others = Object.entries(problems).filter(([place]) => !place.startsWith('to.'))
  return { ...(inList ? { to: problemOf.nobody } : {}), ...Object.fromEntries(others) }
}
