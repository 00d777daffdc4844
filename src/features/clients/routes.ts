import { Router, type Request, type Response } from 'express'
import type { Clock } from '../../platform/clock.ts'
import { NotFound } from '../../platform/errors.ts'
import { areAllDialable, type CountryCode } from '../../platform/text/phone.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { Clients } from './clients.ts'
import { typedValues, valuesOf } from './form-values.ts'
import { formPage, spoken } from './pages.ts'
import type { ClientProfile } from './profile.ts'
import { groupsIn, problemOf, takenNumber, typedIn } from './questions.ts'
import { clientForm, letterParam, listQuery, uuid, versionField } from './schema.ts'

const readers = ['staff', 'security_officer'] as const

export const clientRoutes = (clients: Clients, clock: Clock) => {
  const router = Router()
  const speech = (res: Response) => spoken(res.locals)
  const form = (res: Response, body: unknown) => readForm(clientForm(todayOf(res), countryOf(res)), body)

  router.get('/clients', requireRole(readers), async (req, res) => {
    const wish = listQuery.parse(req.query)
    const page = await clients.list(actorOf(res), wish)
    res.render('clients/list', { ...speech(res), ...page, status: wish.status, contacts: wish.contacts ?? null })
  })

  router.get('/clients/letter/:letter', requireRole(readers), async (req, res) => {
    const letter = letterParam.safeParse(req.params.letter)
    if (!letter.success) throw new NotFound()
    const { status, page } = listQuery.parse(req.query)
    const found = await clients.byLetter(actorOf(res), letter.data.toLowerCase(), status, page)
    res.render('clients/letter', { ...speech(res), ...found, status, letter: letter.data.toLowerCase() })
  })

  router.get('/clients/:clientId', requireRole(readers), async (req, res) => {
    const client = await clients.view(actorOf(res), clientIdOf(req))
    res.render('clients/client', { ...speech(res), client })
  })

  router.get('/clients/:clientId/print', requireRole(readers), async (req, res) => {
    const client = await clients.print(actorOf(res), clientIdOf(req))
    res.render('clients/print', { ...speech(res), client, printedAt: clock() })
  })

  router.get('/clients/:clientId/history', requireRole(readers), async (req, res) => {
    const history = await clients.history(actorOf(res), clientIdOf(req))
    res.render('clients/history', { ...speech(res), history })
  })

  router.get('/clients/:clientId/edit', requireRole('staff'), async (req, res) => {
    const { id, profile, last, groups } = await clients.view(actorOf(res), clientIdOf(req))
    res.render('clients/edit', {
      ...speech(res),
      id,
      version: last.version,
      conflict: null,
      twins: [],
      ...formPage(res.locals, await clients.groupChoices(actorOf(res)), valuesOf(profile, groups, countryOf(res))),
    })
  })

  router.post('/clients/:clientId', requireRole('staff'), async (req, res) => {
    const id = clientIdOf(req)
    const { version: sent } = (req.body ?? {}) as { version?: unknown }
    const version = versionField.parse(sent)
    const again = async (problems: Record<string, string>, more: object = {}) => {
      const groups = await clients.groupChoices(actorOf(res))
      res.render('clients/edit', {
        ...speech(res),
        id,
        version,
        conflict: null,
        twins: [],
        ...formPage(res.locals, groups, typedValues(req.body), problems),
        ...more,
      })
    }

    const read = form(res, req.body)
    if (!read.ok) {
      await clients.view(actorOf(res), id)
      res.status(422)
      return again(read.problems)
    }
    const { twins, question } = await clients.twinsOfChanged(actorOf(res), id, typedIn(read.data, req.body))
    if (question) {
      res.status(422)
      return again(problemOf(question), { twins })
    }
    const amendment = await clients.amend(actorOf(res), id, version, read.data, groupsIn(req.body))
    if (amendment.outcome === 'file-number-taken') {
      res.status(422)
      return again(takenNumber, { twins })
    }
    if (amendment.outcome === 'changed-meanwhile') {
      res.status(409)
      return again({}, { conflict: amendment, version: amendment.current.version, twins })
    }
    flashSaved(req, res, read.data, amendment.outcome)
    res.redirect(303, `/clients/${id}`)
  })

  router.post('/clients/:clientId/archive', requireRole('staff'), async (req, res) => {
    await clients.archive(actorOf(res), clientIdOf(req))
    flash(req, 'success', 'clients:flash.archived')
    res.redirect(303, `/clients/${clientIdOf(req)}`)
  })

  router.post('/clients/:clientId/restore', requireRole('staff'), async (req, res) => {
    await clients.restore(actorOf(res), clientIdOf(req))
    flash(req, 'success', 'clients:flash.restored')
    res.redirect(303, `/clients/${clientIdOf(req)}`)
  })

  return router
}

const countryOf = (res: Response) => res.locals.country as CountryCode
const todayOf = (res: Response) => res.locals.today as string

const flashSaved = (req: Request, res: Response, { phones }: ClientProfile, outcome: string) =>
  areAllDialable(phones, countryOf(res))
    ? flash(req, 'success', `clients:flash.${outcome}`)
    : flash(req, 'warning', 'safe-to-contact:savedUndialable')

const clientIdOf = (req: Request): string => {
  const read = uuid.safeParse(req.params.clientId)
  if (!read.success) throw new NotFound()
  return read.data
}
