import type { ClientProfile } from './profile.ts'

export type Field = keyof ClientProfile
export type Change = { field: Field; before: unknown; after: unknown }

/** The fields in the order of the form; a profile has no others. */
export const fields = [
  'fileNumber',
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
] as const satisfies readonly Field[]

/** Which fields differ between two versions of a client. */
export const compare = (before: ClientProfile, after: ClientProfile): Change[] =>
  fields
    .filter(field => JSON.stringify(inOrder(before[field])) !== JSON.stringify(inOrder(after[field])))
    .map(field => ({ field, before: before[field], after: after[field] }))

/** The same whatever order the keys of a document were written in. */
const inOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, inOrder(inner)]),
  )
}
