import { setTimeout as pause } from 'node:timers/promises'
import { SealBroken } from '../../../platform/vault/cipher.ts'
import type { Needs } from '../needs.ts'
import type { IndexColumns, Sealing } from '../sealing.ts'
import { replaceIndex, selectNotIndexedBy, selectOutdated, type StoredProfile } from './queries.ts'

type Remade = IndexColumns & StoredProfile

/** So many clients of a tenant in one transaction. */
const pageRows = 200

/** Makes blind tokens anew when the index key has turned, or when clients are found by more than before. */
export const createReindexing = ({ db }: Pick<Needs, 'db'>, sealing: Sealing) => {
  const remake = async (tenantId: string, row: StoredProfile): Promise<Remade | null> => {
    try {
      const profile = await sealing.open(tenantId, row.id, row.profile_sealed)
      return { ...row, ...(await sealing.index(tenantId, profile)) }
    } catch (fault) {
      if (fault instanceof SealBroken) return null
      throw fault
    }
  }

  /** Where two clients have one file number, which must not be, the others are written all the same. */
  const write = async (tenantId: string, rows: readonly Remade[]): Promise<{ made: number; refused: number }> => {
    if (rows.length === 0) return { made: 0, refused: 0 }
    try {
      return { made: await db.asTenant({ tenantId }, trx => replaceIndex(trx, rows)), refused: 0 }
    } catch (fault) {
      if ((fault as { code?: string }).code !== '23505') throw fault
      if (rows.length === 1) return { made: 0, refused: 1 }
      const sum = { made: 0, refused: 0 }
      for (const row of rows) {
        const one = await write(tenantId, [row])
        sum.made += one.made
        sum.refused += one.refused
      }
      return sum
    }
  }

  const renewPage = async (tenantId: string, rows: readonly StoredProfile[]) => {
    const fresh = (await Promise.all(rows.map(row => remake(tenantId, row)))).filter(row => row !== null)
    const { made, refused } = await write(tenantId, fresh)
    return { made, broken: rows.length - fresh.length + refused }
  }

  return {
    /**
     * Makes the tokens of a tenant's clients anew that an earlier edition of the rules made, a page at a time. It works half
     * of the time, so that pages have the rest.
     * @returns how many were made anew
     */
    renewOutdated: async (tenantId: string): Promise<number> => {
      let renewed = 0
      for (let after: string | null = null; ;) {
        const from = Date.now()
        const rows: StoredProfile[] = await db.asTenant({ tenantId }, trx => selectOutdated(trx, after, pageRows))
        renewed += (await renewPage(tenantId, rows)).made
        if (rows.length < pageRows) return renewed
        after = rows.at(-1)!.id
        await pause(Date.now() - from)
      }
    },

    /**
     * Re-indexes the next clients of a tenant, by id, whose tokens another key than the current one made. A client that
     * somebody changes in the same moment is left as they leave it.
     * @param keyId the current index key
     * @param after the id to go on from
     * @returns how many were made anew, how many cannot be, and the last id looked at: null at the end
     */
    reindex: async (tenantId: string, keyId: number, after: string | null, most: number) => {
      const rows = await db.asTenant({ tenantId }, trx => selectNotIndexedBy(trx, keyId, after, most))
      return { ...(await renewPage(tenantId, rows)), last: rows.length < most ? null : rows.at(-1)!.id }
    },
  }
}
