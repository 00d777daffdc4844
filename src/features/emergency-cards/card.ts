import type { Language } from '../../platform/i18n/translations.ts'
import { showPhone, type CountryCode, type PhoneReading } from '../../platform/text/phone.ts'
import { addressGivenOut, givenOut, type RecordedRules } from '../../safe-to-contact/rules.ts'
import { nextInLine, whyNobody, type NobodyReason } from '../../safe-to-contact/next-in-line.ts'
import { callability, mayBeLinked, type Callability } from '../../safe-to-contact/times.ts'
import { roundHours, type Call } from './call.ts'

/** A telephone number as a card needs it; `hours` is a note in people's own words. */
export type CardPhone = RecordedRules & { type: string; number: string | null; typed: string }
type ContactPhone = CardPhone & { hours: string | null; dial: string | null; shown: string; extension: string | null }

/** Whom to call, as the record of emergency contacts gives them, in order. */
export type CardContact = {
  id: string
  name: string
  relationship: string
  relationshipText: string | null
  phones: readonly ContactPhone[]
  email: string | null
  address: string | null
  addressHidden?: boolean
  language: string | null
  speaks: Record<Language, string> | null
  mayBeTold: boolean
  tellNote: string | null
  lastConfirmedOn: string | null
}
type CardAddress = {
  use: string
  line: string
  postalCode: string | null
  city: string | null
  region: string | null
  country: string | null
  hidden?: boolean
}

/** Whom it is about, as the record of clients gives them. */
export type CardClient = {
  id: string
  status: string
  profile: {
    givenNames: string
    familyName: string
    fileNumber: string
    birthDate: string | null
    deceasedOn: string | null
    preferredName: string | null
    languages: string[]
    interpreterNeeded: boolean
    phones: CardPhone[]
    addresses: CardAddress[]
    alerts: string[]
  }
}

type Callable<Phone> = Phone & { callable: Callability; isLinked: boolean }
/** A contact as whoever may call sees it at a moment: a hidden address is left out. */
export type Callee = Omit<CardContact, 'phones'> & { phones: Callable<ContactPhone>[] }
export type ListedContact = Callee & {
  /** The last call to this contact in the present round. */
  tried: Call | null
}
export type Card = {
  client: CardClient
  ownPhones: Callable<CardPhone & PhoneReading>[]
  /** Those that may be given out. */
  addresses: CardAddress[]
  contacts: ListedContact[]
  /** Whom to call now: null when somebody was reached, or nobody can be called. */
  next: string | null
  /** Why there is nobody to call, where there are contacts and nobody was reached; else null. */
  nobody: NobodyReason | null
  /** Who was reached in this round. */
  reached: Call | null
  calls: Call[]
  at: Date
  timeZone: string
}

type Known = {
  client: CardClient
  contacts: readonly CardContact[]
  calls: readonly Call[]
  at: Date
  timeZone: string
  /** Whose telephone numbers need no country code. */
  country: CountryCode
}

/** A card as it stands at a moment. `calls` are the latest first. */
export const cardOf = ({ client, contacts, calls, at, timeZone, country }: Known): Card => {
  const round = calls.filter(call => at.getTime() - call.at.getTime() < roundHours * 3_600_000)
  const listed = contacts.map(contact => ({
    ...calleeOf(contact, at, timeZone),
    tried: round.find(({ contactId }) => contactId === contact.id) ?? null,
  }))
  const reached = round.find(({ outcome }) => outcome === 'reached') ?? null
  const next = reached ? null : nextInLine(listed, round)
  return {
    client,
    ownPhones: client.profile.phones.map(phone => callable({ ...phone, ...showPhone(phone, country) }, at, timeZone)),
    addresses: givenOut(client.profile.addresses),
    contacts: listed,
    next,
    nobody: reached || next || listed.length === 0 ? null : whyNobody(listed),
    reached,
    calls: [...calls],
    at,
    timeZone,
  }
}

export const calleeOf = (contact: CardContact, at: Date, timeZone: string): Callee => ({
  ...contact,
  address: addressGivenOut(contact),
  phones: contact.phones.map(phone => callable(phone, at, timeZone)),
})

const callable = <Phone extends CardPhone & { dial: string | null }>(
  phone: Phone,
  at: Date,
  timeZone: string,
): Callable<Phone> => ({
  ...phone,
  callable: callability(phone, at, timeZone),
  isLinked: mayBeLinked(phone, { at, timeZone }),
})
