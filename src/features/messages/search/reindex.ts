import { SealBroken } from '../../../platform/vault/cipher.ts'
import type { Needs } from '../needs.ts'
import type { Sealing } from '../sealing.ts'
import { replaceIndex, selectNotIndexedBy, type FoundRow, type Remade } from './queries.ts'

/** Makes blind tokens anew when the index key has turned. */
export const createReindexing = ({ db }: Pick<Needs, 'db'>, sealing: Sealing) => {
  const remake = async (tenantId: string, row: FoundRow): Promise<Remade | null> => {
    try {
      const [text = ''] = await sealing.openTexts(tenantId, [row])
      const heading = { id: row.thread_id, subject_sealed: row.subject_sealed }
      const [subject = ''] = await sealing.openSubjects(tenantId, [heading])
      return { id: row.id, ...(await sealing.index(tenantId, subject, text)) }
    } catch (fault) {
      if (fault instanceof SealBroken) return null
      throw fault
    }
  }

  return {
    /**
     * Re-indexes the next messages of a tenant, by id, whose tokens another key than the current one made.
     * @param keyId the current index key
     * @param after the id to go on from
     * @returns how many were made anew, how many cannot be, and the last id looked at: null at the end
     */
    reindex: async (tenantId: string, keyId: number, after: string | null, most: number) => {
      const rows = await db.asTenant({ tenantId }, trx => selectNotIndexedBy(trx, keyId, after, most))
      const fresh = (await Promise.all(rows.map(row => remake(tenantId, row)))).filter(row => row !== null)
      const made = await db.asTenant({ tenantId }, trx => replaceIndex(trx, fresh))
      return { made, broken: rows.length - fresh.length, last: rows.length < most ? null : rows.at(-1)!.id }
    },
  }
}
