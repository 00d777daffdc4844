import { fileNumberKey } from '../../platform/text/file-number.ts'
import type { ClientLine, ClientProfile } from './profile.ts'
import { groupsField, twinsField } from './schema.ts'

export const takenNumber = { fileNumber: 'clients:problem.file-number-taken' }

/** What stands in the way of saving somebody who looks like others: a number of theirs, or that they have not been shown yet. */
export const questionAbout = (twins: readonly ClientLine[], typed: ClientProfile, body: unknown) => {
  const number = fileNumberKey(typed.fileNumber)
  if (number && twins.some(twin => fileNumberKey(twin.profile.fileNumber) === number)) return takenNumber
  const alreadyShown = twinsField.parse(body)
  return twins.some(twin => !alreadyShown.includes(twin.id)) ? {} : undefined
}

/** The groups that were ticked; nothing where the form did not ask. */
export const groupsIn = (body: unknown): string[] | undefined => groupsField.safeParse(body).data
