import type { Language } from '../../platform/i18n/translations.ts'
import type { PhoneReading } from '../../platform/text/phone.ts'
import type { RecordedRules } from '../../safe-to-contact/rules.ts'

/** What a number is for. */
export const phoneTypes = ['mobile', 'home', 'work', 'other'] as const
export type PhoneType = (typeof phoneTypes)[number]

/** A number with the rules of calling it; those nobody has said are left out. */
export type ContactPhone = RecordedRules & {
  type: PhoneType
  /** E.164, or null where what was typed is no number that can be dialled from everywhere. */
  number: string | null
  typed: string
  /** When it may be called, as people say it: `pn–pt 8–16`. */
  hours: string | null
}

/** What is known of a contact; sealed as one document. Codes of `relationship`: relationships.ts; `language`: BCP 47. */
export type ContactProfile = {
  name: string
  relationship: string
  relationshipText: string | null
  phones: ContactPhone[]
  email: string | null
  address: string | null
  /** A hidden address never leaves the record: no card, sheet, export or print carries it. */
  addressHidden?: boolean
  language: string | null
  /** Whether this person may be told about the client's situation. */
  mayBeTold: boolean
  tellNote: string | null
  /** ISO date, or null when nobody has ever confirmed it. */
  lastConfirmedOn: string | null
}

/** One person to call when something happens to a client; `rank` 1 is called first. */
export type EmergencyContact = ContactProfile & { id: string; rank: number }

/** A contact as a page shows it, with what the page cannot work out by itself. */
export type ShownContact = Omit<EmergencyContact, 'phones'> & {
  version: number
  phones: (ContactPhone & PhoneReading)[]
  /** The name of the language, by the reader's. */
  speaks: Record<Language, string> | null
  /** How long ago it was confirmed, negative for Intl.RelativeTimeFormat; null when never. */
  confirmed: { value: number; unit: 'day' | 'week' | 'month' | 'year' } | null
  /** Not confirmed within the interval, or never. */
  overdue: boolean
}

/** More would be a list that nobody works through in an emergency. */
export const mostContacts = 20
export const mostPhones = 10
