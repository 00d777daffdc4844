import type { ClientProfile } from './profile.ts'

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
  phones: { type: string; number: string }[]
  emails: { address: string }[]
  addresses: { use: string; line: string; postalCode: string; city: string; region: string; country: string }[]
  alerts: { text: string }[]
  notes: string
}

/** A client's profile as the form shows it. */
export const valuesOf = (profile: ClientProfile): FormValues => ({
  fileNumber: profile.fileNumber,
  givenNames: profile.givenNames,
  familyName: profile.familyName,
  preferredName: profile.preferredName ?? '',
  birthDate: profile.birthDate ?? '',
  deceasedOn: profile.deceasedOn ?? '',
  gender: profile.gender,
  interpreterNeeded: profile.interpreterNeeded,
  languages: profile.languages.map(code => ({ code })),
  phones: profile.phones.map(({ type, typed }) => ({ type, number: typed })),
  emails: profile.emails.map(address => ({ address })),
  addresses: profile.addresses.map(({ use, line, ...place }) => ({ use, line, ...filled(place) })),
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
    phones: rowsOf(sent.phones, ['type', 'number']),
    emails: rowsOf(sent.emails, ['address']),
    addresses: rowsOf(sent.addresses, ['use', 'line', 'postalCode', 'city', 'region', 'country']),
    alerts: rowsOf(sent.alerts, ['text']),
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

const rowsOf = <Name extends string>(sent: unknown, names: readonly Name[]): Record<Name, string>[] =>
  Object.values(fieldsOf(sent)).map(row => pick(fieldsOf(row), names))

const filled = <Name extends string>(place: Record<Name, string | null>): Record<Name, string> =>
  Object.fromEntries(Object.entries(place).map(([name, text]) => [name, text ?? ''])) as Record<Name, string>
