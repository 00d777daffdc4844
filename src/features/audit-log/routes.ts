import { Router, type Request, type Response } from 'express'
import type { Language, Translate } from '../../platform/i18n/translations.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { actionGroupNames } from './action-groups.ts'
import type { AuditLog } from './audit-log.ts'
import { sayMoments } from '../../platform/i18n/moments.ts'
import { sayingEvents } from './saying.ts'
import { sayWish } from './saying-wish.ts'
import { logForm, readKey } from './schema.ts'
import { shownAt } from './shown.ts'
import { sayThings } from './unusual/saying.ts'

/** Of what is unusual, so much stands on top of the log. */
const mostOnTop = 5

/** A search is posted and answered by an address that says nothing, so that Back and reload work and no log of a server holds a name. */
export const logRoutes = (log: AuditLog) => {
  const router = Router()
  const officer = () => requireRole('security_officer')

  router.get('/log', officer(), async (req, res) => {
    await show(req, res, { status: 200, values: {}, problems: {}, wish: {}, address: '/log' })
  })

  router.post('/log/searches', officer(), async (req, res) => {
    const form = readForm(logForm, req.body)
    const again = (problems: Problems) =>
      show(req, res, { status: 422, values: typedIn(req.body), problems, wish: null, address: '/log' })
    if (!form.ok) return again(form.problems)
    const kept = await log.keep(actorOf(res), form.data)
    if ('problem' in kept) return again({ client: `audit-log:problem.${kept.problem}` })
    res.redirect(303, `/log/searches/${kept.id}`)
  })

  router.get('/log/searches/:logSearchId', officer(), async (req, res) => {
    const shown = await shownAt(log, actorOf(res), req.params)
    if (!shown) return res.status(404).render('audit-log/search-gone')
    await show(req, res, { status: 200, values: shown.wish, problems: {}, ...shown })
  })

  type Shown = {
    status: number
    values: object
    problems: Problems
    /** Null: the form has to be put right first. */
    wish: Parameters<AuditLog['search']>[1] | null
    address: string
  }
  const show = async (req: Request, res: Response, { status, values, problems, wish, address }: Shown) => {
    const actor = actorOf(res)
    const { t, language } = res.locals as { t: Translate; language: Language }
    const page = wish && (await log.search(actor, wish, readKey(req.query.after)))
    const isWhole = address === '/log' && req.query.after === undefined && status === 200
    const found = isWhole ? await log.unusual.list(actor, { all: false }) : null
    const people = await log.people(actor)
    res.status(status).render('audit-log/log', {
      values,
      problems,
      people,
      conditions: sayWish({ t, language, people }, wish ?? {}).map(({ term, text }) => `${term}: ${text}`),
      groups: actionGroupNames,
      searched: address !== '/log',
      address,
      sealed: saySealed(t, language, await log.sealed(actor)),
      events: page?.events.map(sayingEvents({ t, language, timeZone: page.timeZone })) ?? null,
      next: page?.next ? `${address}?after=${page.next}` : null,
      first: req.query.after === undefined ? null : address,
      unusual: found ? sayThings(t, language, found).slice(0, mostOnTop) : [],
    })
  }

  return router
}

type Sealed = Awaited<ReturnType<AuditLog['sealed']>>
const saySealed = (t: Translate, language: Language, { at, waiting, timeZone }: Sealed): string => {
  const last = at
    ? t('audit-log:sealed.last', { at: sayMoments(language, timeZone).zoned(at) })
    : t('audit-log:sealed.never')
  return `${last} ${t(waiting > 0 ? 'audit-log:sealed.waiting' : 'audit-log:sealed.nothing', { count: waiting })}`
}

/** What was typed comes back as it was. */
const typedIn = (body: unknown) => {
  const names = ['accountId', 'group', 'client', 'from', 'to', 'place']
  const typed = (body ?? {}) as Record<string, unknown>
  return Object.fromEntries(names.map(name => [name, typeof typed[name] === 'string' ? typed[name] : '']))
}
