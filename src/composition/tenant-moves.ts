import { createAccountKeyTurning } from '../features/accounts/index.ts'
import { generatePassphrase, isStrongEnough } from '../features/exports/index.ts'
import { createTenantMoves } from '../features/tenant-moves/index.ts'
import { installationId } from '../platform/actor.ts'
import { knownMigrations } from '../platform/db/migrate.ts'
import { OperatorFault } from '../platform/errors.ts'
import type { Platform } from './platform.ts'

type Given = { platform: Platform; tenants: { nameOf: (actor: { tenantId: string }) => Promise<string> } }
const batch = 200

/** One organisation on its way from one installation to another; for the command line alone. */
export const tenantMoves = ({ platform, tenants }: Given) => {
  const { db, vault, passwords, rootKeys } = platform
  const turning = createAccountKeyTurning({ db, vault })
  return createTenantMoves({
    ...platform,
    roots: rootKeys.keys,
    migrations: knownMigrations,
    nameOf: tenantId => tenants.nameOf({ tenantId }),
    hashPassword: passwords.hash,
    reindexEmails: async tenantId => {
      const { keyId } = (await vault.blinders(installationId)).current
      for (let after: string | null = '0'; after !== null;)
        ({ last: after } = await turning.reindexEmails(tenantId, keyId, after, batch))
    },
  })
}

/** The passphrase that was typed, or words where none was. @throws OperatorFault where it could be guessed */
export const wordsFor = (typed: string): { passphrase: string; made: boolean } => {
  if (!typed) return { passphrase: generatePassphrase('pl'), made: true }
  if (!isStrongEnough(typed))
    throw new OperatorFault(
      'This passphrase could be guessed; take a longer one, or leave it empty to have words made.',
    )
  return { passphrase: typed, made: false }
}
