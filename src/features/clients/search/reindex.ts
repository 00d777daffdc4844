import type { Needs } from '../needs.ts'
import type { Sealing } from '../sealing.ts'
import { replaceIndex, selectNotIndexedBy } from './queries.ts'

/** Makes blind tokens anew when the index key has turned. */
export const createReindexing = ({ db }: Pick<Needs, 'db'>, sealing: Sealing) => ({
  /**
   * Re-indexes the next clients of a tenant, by id, whose tokens another key than the current one made. A client that
   * somebody changes in the same moment is left as they leave it.
   * @param keyId the current index key
   * @param after the id to go on from
   * @returns how many were made anew, and the last id looked at: null at the end
   */
  reindex: async (tenantId: string, keyId: number, after: string | null, most: number) => {
    const rows = await db.asTenant({ tenantId }, trx => selectNotIndexedBy(trx, keyId, after, most))
    const fresh = await Promise.all(
      rows.map(async ({ id, profile_sealed }) => ({
        id,
        profile_sealed,
        ...(await sealing.index(tenantId, await sealing.open(tenantId, id, profile_sealed))),
      })),
    )
    const made = fresh.length > 0 ? await db.asTenant({ tenantId }, trx => replaceIndex(trx, fresh)) : 0
    return { made, last: rows.length < most ? null : rows.at(-1)!.id }
  },
})
