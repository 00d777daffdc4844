import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { TypedFields } from '../../platform/web/typed-fields.ts'
import { placeOf } from './place.ts'
import { deleteDraftsOf, deleteDrafts, selectAllDrafts } from './queries.ts'

/** Drafts about somebody who is erased; for the feature that erases, in its transactions. */
export const createDraftErasing = (vault: Vault) => ({
  /** Drops what was typed on pages of this client. @returns how many drafts */
  dropOnPagesOf: (trx: Trx, clientId: string): Promise<number> => deleteDraftsOf(trx, clientId),

  /** Opens every draft of the tenant and drops those of which `isAbout` says so by what was typed. @returns how many */
  dropAbout: async (trx: Trx, { tenantId }: Actor, isAbout: (texts: readonly string[]) => boolean): Promise<number> => {
    const found: string[] = []
    for (const { id, fields_sealed } of await selectAllDrafts(trx)) {
      const fields = await vault.open<TypedFields>(fields_sealed, placeOf(tenantId, id))
      if (isAbout(fields.map(([, value]) => value))) found.push(id)
    }
    return deleteDrafts(trx, found)
  },
})
