import { randomUUID } from 'node:crypto'
import type { Features } from '../composition.ts'
import type { Actor } from '../platform/actor.ts'
import type { Language } from '../platform/i18n/translations.ts'
import { dayIn } from '../platform/time/wall-clock.ts'

const words = {
  pl: {
    person: { givenNames: 'Regina', familyName: 'Zawilska' },
    note: 'W personelu pracuje kuzyn jej byłego partnera.',
    details: 'Zasłabła na nocnym dyżurze, karetka w drodze.',
    contact: { name: 'Danuta Zawilska', number: '+48500000901', typed: '500 000 901' },
  },
  en: {
    person: { givenNames: 'Rosalind', familyName: 'Zeller' },
    note: 'A cousin of her former partner works on the staff.',
    details: 'She collapsed on the night shift; an ambulance is on its way.',
    contact: { name: 'Dinah Zeller', number: '+442079460901', typed: '020 7946 0901' },
  },
} as const

/** One record that only the officer sees, and a case of a colleague who opened it one night, still to be judged. */
export const createRestrictedRecord = async (
  { clients, emergencyContacts, restricted }: Features,
  { staff, officer }: { staff: Actor; officer: Actor },
  language: Language,
) => {
  const { person, note, details, contact } = words[language]
  const [id, contactId] = [randomUUID(), randomUUID()]
  await clients.create(officer, id, {
    ...person,
    fileNumber: '',
    preferredName: null,
    birthDate: '1989-04-17',
    deceasedOn: null,
    gender: 'female',
    languages: [language],
    interpreterNeeded: false,
    phones: [],
    emails: [],
    addresses: [],
    alerts: [],
    notes: null,
  })
  await emergencyContacts.add(officer, id, contactId, {
    name: contact.name,
    relationship: 'SIS',
    relationshipText: null,
    phones: [{ type: 'mobile', number: contact.number, typed: contact.typed, hours: null }],
    email: null,
    address: null,
    language,
    mayBeTold: true,
    tellNote: null,
    lastConfirmedOn: dayIn(new Date(), 'Europe/Warsaw'),
  })
  await restricted.restrictions.restrict(officer, id, { people: [officer.accountId ?? 0], note })
  await restricted.breaking.breakFor(staff, id, { reason: 'emergency', details })
  await clients.view(staff, id)
  await restricted.breaking.end(staff, id)
}
