import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { deleteClients } from './bulk/queries.ts'
import { displayName } from './profile.ts'
import { lockClient } from './queries.ts'
import { createSealing } from './sealing.ts'

/** What somebody who erases a client must know of them: to be sure it is the right one, and to find them elsewhere. */
export type ErasedPerson = {
  displayName: string
  fileNumber: string
  givenNames: string
  familyName: string
  birthDate: string | null
  createdAt: Date
}

/** Clients as they go for good; for the feature that erases, in its transactions. */
export const createClientErasing = (vault: Vault) => {
  const sealing = createSealing(vault)

  return {
    /** Whether there is such a client, whom nobody else changes until the transaction ends. */
    lock: async (trx: Trx, clientId: string): Promise<boolean> => (await lockClient(trx, clientId)) !== undefined,

    /** @throws SealBroken where the keys that sealed the client are gone */
    describe: async (trx: Trx, actor: Actor, clientId: string): Promise<ErasedPerson | null> => {
      const row = await lockClient(trx, clientId)
      if (!row) return null
      const profile = await sealing.open(actor.tenantId, row.id, row.profile_sealed)
      const { fileNumber, givenNames, familyName, birthDate } = profile
      return {
        displayName: displayName(profile),
        fileNumber,
        givenNames,
        familyName,
        birthDate,
        createdAt: row.created_at,
      }
    },

    /** Removes a client and, by their foreign keys, every version, emergency contact, contact's version, logged call and place in a group. */
    remove: (trx: Trx, clientId: string) => deleteClients(trx, [clientId]),
  }
}
