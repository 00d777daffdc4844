import { createBreaking } from './break-glass/breaking.ts'
import { createCases } from './break-glass/cases.ts'
import type { Needs } from './needs.ts'
import { createRestrictions } from './restrictions.ts'
import { createSeals } from './sealing.ts'

/** Records that only named people see, and opening one all the same: docs/adr/0019. */
export const createRestrictedRecords = (needs: Needs) => {
  const seals = createSeals(needs.vault)
  return {
    restrictions: createRestrictions(needs, seals),
    breaking: createBreaking(needs, seals),
    cases: createCases(needs, seals),
  }
}
export type RestrictedRecords = ReturnType<typeof createRestrictedRecords>
