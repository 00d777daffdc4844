import { z } from 'zod'
import { fieldNames, type Field } from './fields.ts'
import type { Given, Profile } from './profile.ts'

export type LimitFault = 'too-long' | 'too-many' | 'email-wrong'

const text = (most: number) => z.string().refine(written => [...written].length <= most, 'too-long')
const list = <Item extends z.ZodType>(item: Item, most: number) => z.array(item).max(most, 'too-many')

const place = z
  .object({ line: text(200), postalCode: text(20), city: text(100), region: text(100), country: text(100) })
  .partial()

/** What the form of a client allows; a row must not bring in what nobody could have typed. */
const given = z.object({
  fileNumber: text(40).optional(),
  givenNames: text(200).optional(),
  familyName: text(200).optional(),
  preferredName: text(200).nullish(),
  languages: list(text(35), 10).optional(),
  phones: list(z.object({ typed: text(50) }), 10).optional(),
  emails: list(z.email('email-wrong').max(254, 'too-long'), 10).optional(),
  address: place.optional(),
  furtherAddresses: list(place, 9).optional(),
  addresses: list(z.unknown(), 10).optional(),
  alerts: list(text(300), 20).optional(),
  notes: text(10_000).nullish(),
})

/** The most characters, blanks among them, that a cell needs for what `given` allows; where it lists many, for all of them. */
const longestCell: Partial<Record<Field, number>> = {
  languages: 700,
  phoneMobile: 700,
  phoneHome: 700,
  phoneWork: 700,
  phoneOther: 700,
  email: 2700,
  notes: 10_000,
}
const longestElsewhere = 500

/**
 * Which of a row's cells are too long to be what their column says: they are refused before anything tries to understand
 * them, since what reads a short text at once may take minutes over a long one.
 */
export const checkCells = (cells: ReadonlyMap<Field, readonly string[]>): { code: LimitFault; field: Field }[] =>
  [...cells].flatMap(([field, values]) =>
    values.some(value => [...value].length > (longestCell[field] ?? longestElsewhere))
      ? [{ code: 'too-long' as const, field }]
      : [],
  )

/** Where the form's field has another name than the column. */
const columnsOf: Record<string, Field> = {
  phones: 'phoneOther',
  emails: 'email',
  line: 'addressLine',
  addresses: 'otherAddress',
  furtherAddresses: 'otherAddress',
}

/** What of a row goes beyond what a client's form allows. */
export const checkGiven = (row: Given & { addresses?: Profile['addresses'] }): { code: LimitFault; field: Field }[] => {
  const checked = given.safeParse(row)
  if (checked.success) return []
  return checked.error.issues.map(issue => {
    const names = issue.path.filter(part => typeof part === 'string').map(part => columnsOf[part] ?? part)
    return {
      code: issue.message as LimitFault,
      field: (names.findLast(part => fieldNames.includes(part as Field)) ?? 'notes') as Field,
    }
  })
}

/**
 * What is wrong with a record once a row is laid over it: lists and notes grow beyond the limits, and of two days one may be
 * recorded and the other in the row.
 */
export const checkMerged = (profile: Profile): { code: LimitFault | 'died-before-born'; field: Field }[] => [
  ...checkGiven({
    phones: profile.phones,
    emails: profile.emails,
    addresses: profile.addresses,
    alerts: profile.alerts,
    notes: profile.notes,
  }),
  ...(diedBeforeBorn(profile) ? [{ code: 'died-before-born' as const, field: 'deceasedOn' as const }] : []),
]

/** A birth date known in part begins with what a death in the same month or year begins with, and so is never after it. */
export const diedBeforeBorn = ({ birthDate, deceasedOn }: Pick<Given, 'birthDate' | 'deceasedOn'>): boolean =>
  Boolean(birthDate && deceasedOn && deceasedOn < birthDate)
