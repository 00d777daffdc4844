import type { Sealing } from '../features/audit-log/index.ts'
import {
  agePassphraseForm,
  deriveWrapKey,
  forWhomForm,
  pdfPassphraseForm,
  suggestPassphrase,
  wrapKeyRecipient,
} from '../features/exports/index.ts'
import type { OfficerKeys } from '../features/officer-keys/index.ts'
import type { Actor } from '../platform/actor.ts'
import { sealingStream } from '../platform/age/streams.ts'
import type { Db } from '../platform/db/tenant.ts'
import { createSealedFileForm } from '../platform/web/sealed-file.ts'

/**
 * As age's own passphrases: `age -d` opens the file as well.
 * @param logN base-2 logarithm of scrypt's work factor; lower only in tests
 */
export const passphraseRecipient = async (passphrase: string, logN?: number) =>
  wrapKeyRecipient(await deriveWrapKey(passphrase, logN))

/** The officers' keys that a file may be sealed to. */
export const keysToChoose = (officerKeys: OfficerKeys) => async (actor: Actor) =>
  (await officerKeys.list(actor)).filter(({ inUse }) => inUse)

/** Seals a file that is made while it is downloaded as exports of clients are sealed. */
export const createSealing = ({
  db,
  officerKeys,
  logN,
}: {
  db: Db
  officerKeys: OfficerKeys
  logN: number | undefined
}): Sealing => ({
  form: forWhomForm,
  suggestPassphrase,
  keysToChoose: keysToChoose(officerKeys),
  recipientsOf: async (actor, { passphrase, keyIds }) => {
    if (passphrase) return [await passphraseRecipient(passphrase, logN)]
    const inUse = await db.asTenant(actor, officerKeys.inUse)
    const chosen = inUse.filter(({ id }) => keyIds.includes(id))
    return chosen.length === new Set(keyIds).size ? chosen.map(({ publicKey }) => publicKey) : null
  },
})

/** How every PDF with client data is asked for and sent. */
export const pdfForms = createSealedFileForm({
  kind: 'pdf',
  form: pdfPassphraseForm,
  suggestPassphrase,
})

/** The same for a file of another kind that only a passphrase opens. */
export const createAgeFiles = (logN: number | undefined) => ({
  form: createSealedFileForm({ kind: 'age', form: agePassphraseForm, suggestPassphrase }),
  seal: async (passphrase: string) => sealingStream([await passphraseRecipient(passphrase, logN)]),
})
