import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import { Conflict, NotFound } from '../../platform/errors.ts'
import { areAllDialable, type CountryCode } from '../../platform/text/phone.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { ContactProfile } from './contact.ts'
import type { EmergencyContacts } from './emergency-contacts.ts'
import { showForm } from './form-page.ts'
import {
  contactForm,
  moveForm,
  newContactForm,
  numbersForm,
  orderForm,
  typedContact,
  typedFrom,
  uuid,
  versionForm,
  workListForm,
} from './schema.ts'
import { readAddress, readStretch, workListAddress } from './work-list.ts'
import { contactWords } from './words.ts'

export const emergencyContactRoutes = (contacts: EmergencyContacts) => {
  const router = Router()
  const staff = requireRole('staff')

  router.get('/clients/:clientId/contacts/new', staff, async (req, res) => {
    const client = await clientOf(req, res)
    if (client.full) throw new Conflict('emergency-contacts:conflict.full')
    showForm(res, { client, contact: null, newId: randomUUID(), values: typedContact({}) })
  })

  router.post('/clients/:clientId/contacts', staff, async (req, res) => {
    const clientId = idFrom(req.params.clientId)
    const given = readForm(newContactForm, req.body)
    const newId = given.ok ? given.data.id : randomUUID()
    const { values, form } = read(req, res)
    const again = async (status: number, more: { newId?: string; problems?: Problems; trouble?: 'already-added' }) => {
      const client = await clientOf(req, res)
      showForm(res.status(status), { client, contact: null, newId, values, ...more })
    }
    if (!form.ok) return again(422, { problems: form.problems })

    const outcome = await contacts.add(actorOf(res), clientId, newId, form.data)
    if (outcome === 'full') return again(422, { problems: { '': 'emergency-contacts:conflict.full' } })
    if (outcome === 'taken') return again(409, { newId: randomUUID(), trouble: 'already-added' })
    flashSaved(req, res, form.data, 'added', { href: `/clients/${clientId}/contacts/new`, textKey: addAnother })
    backTo(res, clientId, newId)
  })

  router.post('/clients/:clientId/contacts/order', staff, async (req, res) => {
    const clientId = idFrom(req.params.clientId)
    const form = readForm(orderForm, req.body)
    await contacts.reorder(actorOf(res), clientId, form.ok ? form.data.order : null)
    // Asked by a script, which already shows the new order.
    if (req.get('sec-fetch-dest') === 'empty') return res.status(204).end()
    flash(req, 'success', 'emergency-contacts:flash.moved')
    backTo(res, clientId)
  })

  router.get('/clients/:clientId/contacts/:contactId/edit', staff, async (req, res) => {
    const client = await clientOf(req, res, { contactShown: true })
    const contact = await contacts.read(actorOf(res), client.id, idFrom(req.params.contactId))
    showForm(res, { client, contact, newId: null, values: typedFrom(contact, countryOf(res)) })
  })

  router.post('/clients/:clientId/contacts/:contactId', staff, async (req, res) => {
    const clientId = idFrom(req.params.clientId)
    const id = idFrom(req.params.contactId)
    const { values, form } = read(req, res)
    const page = { contact: { id, version: seenVersion(req) }, newId: null, values }
    if (!form.ok) {
      const client = await clientOf(req, res, { contactShown: true })
      await contacts.read(actorOf(res), clientId, id)
      return showForm(res.status(422), { ...page, client, problems: form.problems })
    }

    const amendment = await contacts.amend(actorOf(res), clientId, id, seenVersion(req), form.data)
    if (amendment.outcome === 'amended') {
      flashSaved(req, res, form.data, 'amended')
      return backTo(res, clientId, id)
    }
    const client = await clientOf(req, res, { contactShown: amendment.outcome === 'changed' })
    res.status(409)
    if (amendment.outcome === 'removed')
      return showForm(res, { ...page, client, contact: null, newId: randomUUID(), trouble: 'removed' })
    const { now } = amendment
    showForm(res, { ...page, client, contact: now, now: typedFrom(now, countryOf(res)), trouble: 'changed' })
  })

  router.post('/clients/:clientId/contacts/:contactId/move', staff, async (req, res) => {
    const clientId = idFrom(req.params.clientId)
    const id = idFrom(req.params.contactId)
    const form = readForm(moveForm, req.body)
    await contacts.move(actorOf(res), clientId, id, form.ok ? form.data.move : null)
    flash(req, 'success', 'emergency-contacts:flash.moved')
    backTo(res, clientId, id)
  })

  router.post('/clients/:clientId/contacts/:contactId/confirm', staff, async (req, res) => {
    const clientId = idFrom(req.params.clientId)
    const id = idFrom(req.params.contactId)
    const areNumbersRight = numbersForm.safeParse(req.body).success
    await contacts.confirm(actorOf(res), clientId, id, seenVersion(req), areNumbersRight)
    flash(req, 'success', 'emergency-contacts:flash.confirmed')
    const list = workListForm.safeParse(req.body)
    if (list.success) return res.redirect(303, workListAddress(readAddress(list.data.workList)))
    backTo(res, clientId, id)
  })

  router.post('/clients/:clientId/contacts/:contactId/remove', staff, async (req, res) => {
    const clientId = idFrom(req.params.clientId)
    await contacts.remove(actorOf(res), clientId, idFrom(req.params.contactId), seenVersion(req))
    flash(req, 'success', 'emergency-contacts:flash.removed')
    backTo(res, clientId)
  })

  router.get('/clients/:clientId/contact-history', requireRole(['staff', 'security_officer']), async (req, res) => {
    const id = idFrom(req.params.clientId)
    const { displayName, entries } = await contacts.history(actorOf(res), id)
    const speech = res.locals as Parameters<typeof contactWords>[0]
    res.render('emergency-contacts/history', { client: { id, displayName }, entries, words: contactWords(speech) })
  })

  router.get('/contacts-to-confirm', staff, async (req, res) => {
    res.render('emergency-contacts/to-confirm', await contacts.toConfirm(actorOf(res), readStretch(req.query)))
  })

  const clientOf = async (req: Request, res: Response, shown = { contactShown: false }) => {
    const id = idFrom(req.params.clientId)
    return { id, ...(await contacts.before(actorOf(res), id, shown)) }
  }

  const read = (req: Request, res: Response) => {
    const { today } = res.locals as { today: string }
    const typed = typedContact(req.body)
    const { confirmed } = req.body as { confirmed?: unknown }
    const values = confirmed === 'today' ? { ...typed, lastConfirmedOn: today } : typed
    return { values, form: readForm(contactForm(today, countryOf(res)), values) }
  }

  return router
}

const addAnother = 'emergency-contacts:section.addAnother'

const flashSaved = (
  req: Request,
  res: Response,
  { phones }: ContactProfile,
  outcome: 'added' | 'amended',
  link?: { href: string; textKey: string },
) =>
  areAllDialable(phones, countryOf(res))
    ? flash(req, 'success', `emergency-contacts:flash.${outcome}`, {}, link)
    : flash(req, 'warning', 'safe-to-contact:savedUndialable', {}, link)

const countryOf = (res: Response) => res.locals.country as CountryCode

const idFrom = (text: unknown): string => {
  const id = uuid.safeParse(text)
  if (!id.success) throw new NotFound()
  return id.data
}

/** The version of a contact that the person was looking at; null, which is never the present one, when the form does not say. */
const seenVersion = (req: Request): number | null => {
  const form = readForm(versionForm, req.body)
  return form.ok ? form.data.version : null
}

const backTo = (res: Response, clientId: string, contactId?: string) =>
  res.redirect(303, `/clients/${clientId}#${contactId ? `contact-${contactId}` : 'contacts'}`)
