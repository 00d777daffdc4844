import type { Actor, Role } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { Passwords } from '../../platform/vault/passwords.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { generatePassword } from './generated-password.ts'
import { makeLogin } from './login.ts'
import { insertAccount, nextAccountId, selectProfiles } from './queries.ts'

type Needs = { db: Db; vault: Vault; passwords: Passwords }
export type AccountProfile = { givenName: string; familyName: string; email: string | null }
type NewAccount = AccountProfile & { roles: Role[]; language: Language }
type KeptInSession = { tenantId: string; accountId: number; login: string; profileSealed: string }
type MadeAccount = { id: number; login: string; password: string }

export const createAccounts = ({ db, vault, passwords }: Needs) => ({
  /** The name in the header, out of what the session keeps sealed; the login where its key has been destroyed since. */
  openName: async ({ tenantId, accountId, login, profileSealed }: KeptInSession): Promise<string> => {
    try {
      return displayName(
        await vault.open<AccountProfile>(Buffer.from(profileSealed, 'base64'), profilePlace(tenantId, accountId)),
      )
    } catch (fault) {
      if (fault instanceof SealBroken) return login
      throw fault
    }
  },

  /** Makes an account with a login and a strong password of its own. The password is known only to the caller, once. */
  create: async (actor: Actor, { roles, language, ...profile }: NewAccount): Promise<MadeAccount> => {
    const password = generatePassword()
    const hash = await passwords.hash(password)
    return db.asTenant(actor, async trx => {
      const id = await nextAccountId(trx)
      const login = makeLogin(profile.givenName, profile.familyName, id)
      await insertAccount(trx, {
        tenant_id: actor.tenantId,
        id,
        login,
        roles,
        language,
        profile_sealed: await vault.seal(profile, profilePlace(actor.tenantId, id)),
        password_sealed: await vault.seal(hash, {
          tenant: actor.tenantId,
          column: 'accounts.password_sealed',
          row: id,
        }),
      })
      await record(trx, actor, 'account.created', id, { roles: roles.join(' ') })
      return { id, login, password }
    })
  },

  /** The names to show for account ids, for "changed by". */
  names: async (trx: Trx, tenantId: string, ids: readonly number[]): Promise<Map<number, string>> => {
    const rows = await selectProfiles(trx, [...new Set(ids)])
    const opened = rows.map(async ({ id, profile_sealed }) => {
      const profile = await vault.open<AccountProfile>(profile_sealed, profilePlace(tenantId, id))
      return [id, displayName(profile)] as const
    })
    return new Map(await Promise.all(opened))
  },
})
export type Accounts = ReturnType<typeof createAccounts>

const profilePlace = (tenant: string, row: number) => ({ tenant, column: 'accounts.profile_sealed', row }) as const

const displayName = ({ givenName, familyName }: AccountProfile) => `${givenName} ${familyName}`.trim()
