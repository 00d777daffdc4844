import type { ClientProfile } from './profile.ts'
import { groupsField, twinsField } from './schema.ts'
import type { Twins, Typed } from './twins.ts'

export const takenNumber = { fileNumber: 'clients:problem.file-number-taken' }

/** What was typed of a client, with those who look like them as far as the form has shown them. */
export const typedIn = (profile: ClientProfile, body: unknown): Typed => ({
  profile,
  alreadyShown: twinsField.parse(body),
})
export const problemOf = (question: Twins['question']) => (question === 'file-number-taken' ? takenNumber : {})

/** The groups that were ticked; nothing where the form did not ask. */
export const groupsIn = (body: unknown): string[] | undefined => groupsField.safeParse(body).data
