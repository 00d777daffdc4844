import type { Sealing } from '../features/audit-log/index.ts'
import { deriveWrapKey, forWhomForm, generatePassphrase, wrapKeyRecipient } from '../features/exports/index.ts'
import type { OfficerKeys } from '../features/officer-keys/index.ts'
import type { Actor } from '../platform/actor.ts'
import type { Db } from '../platform/db/tenant.ts'

/** As age's own passphrases: `age -d` opens the file as well. */
export const passphraseRecipient = async (passphrase: string) => wrapKeyRecipient(await deriveWrapKey(passphrase))

/** The officers' keys that a file may be sealed to. */
export const keysToChoose = (officerKeys: OfficerKeys) => async (actor: Actor) =>
  (await officerKeys.list(actor)).filter(({ inUse }) => inUse)

/** Seals a file that is made while it is downloaded as exports of clients are sealed. */
export const createSealing = ({ db, officerKeys }: { db: Db; officerKeys: OfficerKeys }): Sealing => ({
  form: forWhomForm,
  suggestPassphrase: generatePassphrase,
  keysToChoose: keysToChoose(officerKeys),
  recipientsOf: async (actor, { passphrase, keyIds }) => {
    if (passphrase) return [await passphraseRecipient(passphrase)]
    const inUse = await db.asTenant(actor, officerKeys.inUse)
    const chosen = inUse.filter(({ id }) => keyIds.includes(id))
    return chosen.length === new Set(keyIds).size ? chosen.map(({ publicKey }) => publicKey) : null
  },
})
