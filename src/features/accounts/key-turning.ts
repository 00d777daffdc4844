import { SealBroken } from '../../platform/vault/cipher.ts'
import type { PasswordHash } from '../../platform/vault/passwords.ts'
import type { AccountNeeds } from './needs.ts'
import { emailIndex, passwordPlace, profilePlace, type AccountProfile } from './profile.ts'
import { notePepper, replaceEmailIndex, selectNotIndexedBy, selectWithoutPepper } from './queries.ts'

const batch = 200

/** What accounts do when keys turn. */
export const createAccountKeyTurning = ({ db, vault }: Pick<AccountNeeds, 'db' | 'vault'>) => ({
  /**
   * Indexes the next e-mail addresses of a tenant, by account, with the installation's current index key.
   * @param after the account to go on from
   * @returns how many were made anew and how many do not open, and the last account looked at: null at the end
   */
  reindexEmails: async (tenantId: string, keyId: number, after: string | null, most: number) => {
    const rows = await db.asTenant({ tenantId }, trx => selectNotIndexedBy(trx, keyId, Number(after ?? 0), most))
    const done = { made: 0, broken: 0 }
    for (const row of rows) {
      const profile = await vault
        .open<AccountProfile>(row.profile_sealed, profilePlace(tenantId, row.id))
        .catch(nullIfBroken)
      if (!profile?.email) {
        done.broken++
        continue
      }
      const index = await emailIndex(vault, profile.email)
      if (await db.asTenant({ tenantId }, trx => replaceEmailIndex(trx, row, index))) done.made++
    }
    return { ...done, last: rows.length < most ? null : String(rows.at(-1)!.id) }
  },

  /** Notes beside passwords from before it was noted which pepper they were mixed with. @returns of how many */
  notePeppers: async (tenantId: string): Promise<number> => {
    let noted = 0
    for (let after = 0; ;) {
      const rows = await db.asTenant({ tenantId }, trx => selectWithoutPepper(trx, after, batch))
      for (const row of rows) {
        const { pepper } = await vault.open<PasswordHash>(row.password_sealed, passwordPlace(tenantId, row.id))
        noted += await db.asTenant({ tenantId }, trx => notePepper(trx, row, pepper))
      }
      if (rows.length < batch) return noted
      after = rows.at(-1)!.id
    }
  },
})

const nullIfBroken = (fault: unknown): null => {
  if (fault instanceof SealBroken) return null
  throw fault
}
