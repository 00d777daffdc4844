import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import { areAllDialable, type CountryCode } from '../../../platform/text/phone.ts'
import { flash } from '../../../platform/web/flash.ts'
import { readForm, type Problems } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { Clients } from '../clients.ts'
import { emptyValues, typedValues, type FormValues } from '../form-values.ts'
import { formPage, spoken } from '../pages.ts'
import type { ClientProfile } from '../profile.ts'
import type { Twins } from '../twins.ts'
import { groupsIn, problemOf, takenNumber, typedIn } from '../questions.ts'
import { clientForm, newClientFields } from '../schema.ts'
import type { FirstContacts, ReadFirstContacts } from './needs.ts'

type Page = {
  id: string
  values: FormValues
  contacts: FirstContacts
  problems?: Problems
  twins?: Twins['twins']
  /** Whether another client was already added with this form. */
  isIdTaken?: boolean
}

/** The form of a new client, which takes the first emergency contacts with it: all are saved, or nothing is. */
export const newClientRoutes = (clients: Clients, readContacts: ReadFirstContacts) => {
  const router = Router()

  const show = async (res: Response, { id, values, contacts, problems = {}, twins = [], isIdTaken = false }: Page) => {
    const groups = await clients.groupChoices(actorOf(res))
    res.render('clients/new', {
      ...spoken(res.locals),
      ...contacts.page,
      ...formPage(res.locals, groups, values, problems),
      id,
      twins,
      isIdTaken,
    })
  }

  router.get('/clients/new', requireRole('staff'), (_req, res) =>
    show(res, { id: randomUUID(), values: emptyValues(), contacts: readContacts(res.locals, {}) }),
  )

  router.post('/clients', requireRole('staff'), async (req, res) => {
    const { country, today } = res.locals as { country: CountryCode; today: string }
    const { id = randomUUID(), next } = newClientFields.parse(req.body ?? {})
    const contacts = readContacts(res.locals, req.body, next === 'contact')
    const again = (problems: Problems, twins: Twins['twins'] = []) =>
      show(res.status(422), { id, values: typedValues(req.body), contacts, problems, twins })
    // Without a script, one more contact is asked of the server. Nothing is saved yet.
    if (next === 'contact') return again({})

    const read = readForm(clientForm(today, country), req.body)
    if (!read.ok) return again({ ...read.problems, ...contacts.problems })
    if (Object.keys(contacts.problems).length > 0) return again(contacts.problems)

    const { twins, question } = await clients.twinsOfNew(actorOf(res), id, typedIn(read.data, req.body))
    if (question) return again(problemOf(question), twins)

    const creation = await clients.create(actorOf(res), id, read.data, groupsIn(req.body), contacts)
    if (creation === 'file-number-taken') return again(takenNumber, twins)
    if (creation === 'id-taken') return another(req, res, read.data, contacts)
    const { phones } = read.data
    const callable = contacts.dialable && areAllDialable(phones, country)
    if (creation === 'created') flashCreated(req, next === 'another', callable)
    res.redirect(303, next === 'another' ? '/clients/new' : `/clients/${id}`)
  })

  /** The same form once more, for another client: with an id of its own, and whom it looks like then. */
  const another = async (req: Request, res: Response, profile: ClientProfile, contacts: FirstContacts) => {
    const id = randomUUID()
    const { twins, question } = await clients.twinsOfNew(actorOf(res), id, typedIn(profile, req.body))
    const values = typedValues(req.body)
    await show(res.status(409), { id, values, contacts, problems: problemOf(question), twins, isIdTaken: true })
  }

  return router
}

const flashCreated = (req: Request, another: boolean, callable: boolean) => {
  if (!callable) return flash(req, 'warning', 'safe-to-contact:savedUndialable')
  flash(req, 'success', another ? 'clients:flash.createdAddAnother' : 'clients:flash.created')
}
