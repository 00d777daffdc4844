import type { Language } from '../../platform/i18n/translations.ts'
import type { RecordedRules } from '../../safe-to-contact/rules.ts'
import type { Audience } from './schema.ts'

type Phone = RecordedRules & { type: string; number: string | null; typed: string }
type Address = {
  use: string
  line: string
  postalCode: string | null
  city: string | null
  region: string | null
  country: string | null
  hidden?: boolean
}

/** Whom a sheet is about, as the record of clients gives them. */
export type SheetClient = {
  id: string
  status: string
  profile: {
    givenNames: string
    familyName: string
    preferredName: string | null
    fileNumber: string
    birthDate: string | null
    deceasedOn: string | null
    languages: string[]
    interpreterNeeded: boolean
    phones: Phone[]
    addresses: Address[]
    alerts: string[]
  }
}

/** Whom to call, as the record of emergency contacts gives them, in order. */
export type SheetContact = {
  id: string
  name: string
  relationship: string
  relationshipText: string | null
  phones: readonly (Phone & { hours: string | null; dial: string | null; shown: string; extension: string | null })[]
  address: string | null
  addressHidden?: boolean
  speaks: Record<Language, string> | null
  mayBeTold: boolean
  tellNote: string | null
  lastConfirmedOn: string | null
}

export type Sheet = { client: SheetClient; contacts: readonly SheetContact[] }

/** What stands on every sheet: when it was printed, and until what day ('YYYY-MM-DD') it is to be trusted. */
export type Printing = { organisation: string; at: Date; validUntil: string; timeZone: string; audience: Audience }
export type Sheets = { sheets: Sheet[]; printing: Printing }
