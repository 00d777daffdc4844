import { fold, words } from '../../../platform/text/fold.ts'
import { extensionOf } from '../../../platform/text/phone.ts'

export type PhoneType = 'mobile' | 'home' | 'work' | 'other'
export type Gender = 'female' | 'male' | 'other' | 'unknown'
export type Phone = { type: PhoneType; number: string | null; typed: string }
export type Address = {
  use: 'home' | 'temp' | 'old' | 'other'
  line: string
  postalCode: string | null
  city: string | null
  region: string | null
  country: string | null
}

/** What a row says of an address: only what its cells hold. */
export type Place = Partial<Omit<Address, 'use'>>

/** Who a client is, as the clients feature keeps it. Days are 'YYYY-MM-DD', a birth date may be known in part, languages BCP 47, gender FHIR administrative-gender. */
export type Profile = {
  fileNumber: string
  givenNames: string
  familyName: string
  preferredName: string | null
  birthDate: string | null
  deceasedOn: string | null
  gender: Gender
  languages: string[]
  interpreterNeeded: boolean
  phones: Phone[]
  emails: string[]
  addresses: Address[]
  alerts: string[]
  notes: string | null
}

/** What one row says of a person: only what its cells hold; an empty cell says nothing. */
export type Given = Partial<Omit<Profile, 'addresses'>> & { address?: Place; furtherAddresses?: Place[] }

const unsaid: Profile = {
  fileNumber: '',
  givenNames: '',
  familyName: '',
  preferredName: null,
  birthDate: null,
  deceasedOn: null,
  gender: 'unknown',
  languages: [],
  interpreterNeeded: false,
  phones: [],
  emails: [],
  addresses: [],
  alerts: [],
  notes: null,
}

const noAddress: Address = { use: 'home', line: '', postalCode: null, city: null, region: null, country: null }

/** The record of somebody new. An empty file number is one to be generated. */
export const newProfile = ({ address, furtherAddresses = [], ...given }: Given): Profile => ({
  ...unsaid,
  ...given,
  addresses: withFurther(address ? [{ ...noAddress, ...address }] : [], furtherAddresses),
})

/**
 * An existing record with what a row says laid over it. Nothing is lost: what the row leaves empty stays, lists only grow
 * (a phone more never hurts, a phone less might), notes are added below those that are there. Names and a birth date that
 * the row has too, but less exactly, stay as well.
 */
export const amendedProfile = (before: Profile, { address, furtherAddresses = [], ...given }: Given): Profile => ({
  ...before,
  ...given,
  ...moreExact(before, given),
  gender: given.gender && given.gender !== 'unknown' ? given.gender : before.gender,
  fileNumber: before.fileNumber,
  languages: [...new Set([...before.languages, ...(given.languages ?? [])])],
  phones: [
    ...before.phones,
    ...(given.phones ?? []).filter(phone => !before.phones.some(known => samePhone(known, phone))),
  ],
  emails: [
    ...before.emails,
    ...(given.emails ?? []).filter(email => !before.emails.some(known => known.toLowerCase() === email.toLowerCase())),
  ],
  alerts: [...new Set([...before.alerts, ...(given.alerts ?? [])])],
  notes: withNote(before.notes, given.notes),
  addresses: withFurther(address ? withAddress(before.addresses, address) : before.addresses, furtherAddresses),
})

/** Which names and dates are recorded more exactly than a row says them. */
const moreExact = (before: Profile, given: Given): Partial<Profile> => ({
  ...(given.birthDate && before.birthDate?.startsWith(given.birthDate) && { birthDate: before.birthDate }),
  ...(isPoorerGivenName(before.givenNames, given.givenNames) && { givenNames: before.givenNames }),
  ...(isPoorerSpelling(before.familyName, given.familyName) && { familyName: before.familyName }),
  ...(isPoorerSpelling(before.preferredName, given.preferredName) && { preferredName: before.preferredName }),
})

/** Anna, where Anna Maria is recorded. A shorter family name may be a new one. */
const isPoorerGivenName = (before: string, given: string | undefined): boolean => {
  const [known, said] = [words(before), words(given ?? '')]
  if (said.length < known.length) return said.every(word => known.includes(word))
  return isPoorerSpelling(before, given)
}

/** Without accents, or all in capitals or in small letters: what other programs make of a name. */
const isPoorerSpelling = (before: string | null, given: string | null | undefined): boolean => {
  if (!before || !given || fold(before) !== fold(given)) return false
  if (accents(given) !== accents(before)) return accents(given) < accents(before)
  const inOneCase = (name: string) => name === name.toUpperCase() || name === name.toLowerCase()
  return inOneCase(given) && !inOneCase(before)
}

const accents = (name: string) => name.normalize('NFC').match(/[^\p{ASCII}]/gu)?.length ?? 0

/** With another extension it is another telephone, unless the row leaves it out: one of the same number is recorded already. */
const samePhone = (known: Phone, said: Phone) => {
  const sameNumber = known.number !== null && known.number === said.number
  if (!sameNumber) return digits(known.typed) === digits(said.typed)
  const extension = extensionOf(said)
  return extension === null || extension === extensionOf(known)
}

const digits = (text: string) => text.replace(/\D/g, '') || text

const withNote = (before: string | null, note: string | null | undefined) => {
  if (!note || before?.includes(note)) return before
  return before ? `${before}\n\n${note}` : note
}

/** The address lived at is the one a spreadsheet means; where there is none, the row's becomes it. */
const withAddress = (before: readonly Address[], address: Partial<Address>): Address[] => {
  const home = before.findIndex(known => known.use === 'home')
  if (home < 0) return [...before, { ...noAddress, ...address }]
  return before.map((known, index) => (index === home ? { ...known, ...address } : known))
}

/** Those that are not recorded yet join as what they are: addresses beside the one lived at. */
const withFurther = (addresses: readonly Address[], further: readonly Place[]): Address[] =>
  further.reduce<Address[]>(
    (known, place) => {
      const address: Address = { ...noAddress, ...place, use: 'other' }
      return known.some(one => samePlace(one, address)) ? known : [...known, address]
    },
    [...addresses],
  )

const samePlace = (one: Address, other: Address) =>
  (['line', 'postalCode', 'city', 'region', 'country'] as const).every(
    part => (one[part] ?? '').toLowerCase() === (other[part] ?? '').toLowerCase(),
  )

const compared = [
  'givenNames',
  'familyName',
  'preferredName',
  'birthDate',
  'deceasedOn',
  'gender',
  'languages',
  'interpreterNeeded',
  'phones',
  'emails',
  'addresses',
  'alerts',
  'notes',
] as const
export type ChangedField = (typeof compared)[number]

/** The fields in which two records differ. */
export const differences = (before: Profile, after: Profile): ChangedField[] =>
  compared.filter(field => JSON.stringify(ordered(before[field])) !== JSON.stringify(ordered(after[field])))

/** Lists of objects with their keys in one order, since records written by different hands may differ in that. */
const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ordered)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
