import { typedFromRules, typedRules, type TypedRules } from '../../safe-to-contact/typed.ts'
import { phoneToEdit, type CountryCode } from '../../platform/text/phone.ts'
import type { ClientProfile } from './profile.ts'

const placeFields = ['use', 'line', 'postalCode', 'city', 'region', 'country'] as const

/** What the fields of the form hold, by their names; a page shows exactly this. */
export type FormValues = {
  fileNumber: string
  givenNames: string
  familyName: string
  preferredName: string
  birthDate: string
  deceasedOn: string
  gender: string
  interpreterNeeded: boolean
  languages: { code: string }[]
  phones: ({ type: string; number: string } & TypedRules)[]
  emails: { address: string }[]
  addresses: (Record<(typeof placeFields)[number], string> & { hidden: boolean })[]
  alerts: { text: string }[]
  /** Ids of groups. */
  groups: string[]
  notes: string
}

/** A client's profile as the form shows it. */
export const valuesOf = (
  profile: ClientProfile,
  groups: readonly { id: string }[],
  country: CountryCode,
): FormValues => ({
  groups: groups.map(({ id }) => id),
  fileNumber: profile.fileNumber,
  givenNames: profile.givenNames,
  familyName: profile.familyName,
  preferredName: profile.preferredName ?? '',
  birthDate: profile.birthDate ?? '',
  deceasedOn: profile.deceasedOn ?? '',
  gender: profile.gender,
  interpreterNeeded: profile.interpreterNeeded,
  languages: profile.languages.map(code => ({ code })),
  phones: profile.phones.map(({ type, number, typed, ...rules }) => {
    const shown = phoneToEdit({ number, typed }, country)
    return { type, number: shown, ...typedFromRules(rules, shown) }
  }),
  emails: profile.emails.map(address => ({ address })),
  addresses: profile.addresses.map(({ use, line, hidden, ...place }) => ({
    use,
    line,
    ...filled(place),
    hidden: hidden ?? false,
  })),
  alerts: profile.alerts.map(text => ({ text })),
  notes: profile.notes ?? '',
})

/** What was typed, right or wrong, field by field: nothing else of a request reaches the page. */
export const typedValues = (body: unknown): FormValues => {
  const sent = fieldsOf(body)
  return {
    ...pick(sent, [
      'fileNumber',
      'givenNames',
      'familyName',
      'preferredName',
      'birthDate',
      'deceasedOn',
      'gender',
      'notes',
    ]),
    interpreterNeeded: sent.interpreterNeeded === 'on',
    languages: rowsOf(sent.languages, ['code']),
    phones: rowsOf(sent.phones, ['type', 'number'], typedRules),
    emails: rowsOf(sent.emails, ['address']),
    addresses: rowsOf(sent.addresses, placeFields, row => ({ hidden: fieldsOf(row).hidden === 'on' })),
    alerts: rowsOf(sent.alerts, ['text']),
    groups: Object.values(fieldsOf(sent.groups)).filter(id => typeof id === 'string'),
  }
}

/** What a form that nobody has touched holds. */
export const emptyValues = (): FormValues => ({ ...typedValues({}), gender: 'unknown' })

const fieldsOf = (sent: unknown): Record<string, unknown> =>
  typeof sent === 'object' && sent !== null ? (sent as Record<string, unknown>) : {}

const pick = <Name extends string>(sent: Record<string, unknown>, names: readonly Name[]): Record<Name, string> =>
  Object.fromEntries(names.map(name => [name, typeof sent[name] === 'string' ? sent[name] : ''])) as Record<
    Name,
    string
  >

const rowsOf = <Name extends string, More extends object = object>(
  sent: unknown,
  names: readonly Name[],
  more: (row: unknown) => More = () => ({}) as More,
): (Record<Name, string> & More)[] =>
  Object.values(fieldsOf(sent)).map(row => ({ ...pick(fieldsOf(row), names), ...more(row) }))

const filled = <Name extends string>(place: Record<Name, string | null>): Record<Name, string> =>
  Object.fromEntries(Object.entries(place).map(([name, text]) => [name, text ?? ''])) as Record<Name, string>
