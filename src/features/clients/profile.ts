import type { RecordedRules } from '../../safe-to-contact/rules.ts'

export const genders = ['female', 'male', 'other', 'unknown'] as const
export const phoneTypes = ['mobile', 'home', 'work', 'other'] as const
export const addressUses = ['home', 'temp', 'old', 'other'] as const

/** A telephone number: as typed, as E.164 where what was typed is one, and with the rules of calling it that somebody has said. */
export type Phone = RecordedRules & { type: (typeof phoneTypes)[number]; number: string | null; typed: string }
export type Address = {
  use: (typeof addressUses)[number]
  line: string
  postalCode: string | null
  city: string | null
  region: string | null
  country: string | null
  /** A hidden address never leaves the record: no card, sheet, export or print carries it. */
  hidden?: boolean
}

/**
 * Everything that says who a client is: one sealed document. Days are 'YYYY-MM-DD', a birth date may be known
 * in part ('1947-05', '1947'), languages BCP 47, gender and address use
 * the codes of FHIR R4 (administrative-gender, address-use).
 */
export type ClientProfile = {
  fileNumber: string
  givenNames: string
  familyName: string
  preferredName: string | null
  birthDate: string | null
  deceasedOn: string | null
  gender: (typeof genders)[number]
  languages: string[]
  interpreterNeeded: boolean
  phones: Phone[]
  emails: string[]
  addresses: Address[]
  alerts: string[]
  notes: string | null
}

export type Status = 'active' | 'archived'
export type Action = 'created' | 'amended' | 'archived' | 'restored' | 'reverted'

/** A client as a line of a list. */
export type ClientLine = { id: string; status: Status; profile: ClientProfile; createdAt: Date }

export const displayName = ({ givenNames, familyName }: Pick<ClientProfile, 'givenNames' | 'familyName'>): string =>
  `${givenNames} ${familyName}`.trim()

/** The name as lists give it, family name first. */
export const listName = ({ givenNames, familyName }: Pick<ClientProfile, 'givenNames' | 'familyName'>): string =>
  [familyName, givenNames].filter(Boolean).join(', ')

const polish = new Intl.Collator('pl')

/** The order of a Polish telephone book: family name, given names, birth date, file number. */
export const alphabetically = (one: ClientProfile, other: ClientProfile): number =>
  polish.compare(one.familyName || one.givenNames, other.familyName || other.givenNames) ||
  polish.compare(one.givenNames, other.givenNames) ||
  (one.birthDate ?? '').localeCompare(other.birthDate ?? '') ||
  polish.compare(one.fileNumber, other.fileNumber)

/** Whole years from a birth date to a day, 'YYYY-MM-DD'; of a birth date known in part, as many as it may be at most. */
export const ageOn = (birthDate: string, day: string): number => {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years
}
