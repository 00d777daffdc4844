import type { Actor, Role } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
import type { AccountKey, AccountNeeds, Mailbox } from './needs.ts'
import { displayName, openProfile, type AccountProfile } from './profile.ts'
import {
  countByStatus,
  countSleeping,
  findAccount,
  selectAccounts,
  selectActiveWithRole,
  selectPeople,
  selectAllProfiles,
  selectProfiles,
  type AccountRow,
} from './queries.ts'

type KeptInSession = AccountKey & { login: string; profileSealed: string }

export type Person = { id: number; name: string; roles: readonly Role[]; active: boolean }

/** Who there is. */
export const createAccountReading = ({ db, vault }: Pick<AccountNeeds, 'db' | 'vault'>) => {
  const opened = async (tenantId: string, row: AccountRow) => {
    const profile = await openProfile(vault, tenantId, row)
    return { ...factsOf(row), ...profile, displayName: displayName(profile) }
  }

  return {
    /** The name in the header, out of what the session keeps sealed; the login where its key has been destroyed since. */
    openName: async ({ tenantId, accountId, login, profileSealed }: KeptInSession): Promise<string> => {
      const row = { id: accountId, profile_sealed: Buffer.from(profileSealed, 'base64') }
      try {
        return displayName(await openProfile(vault, tenantId, row))
      } catch (fault) {
        if (fault instanceof SealBroken) return login
        throw fault
      }
    },

    /** The names to show for account ids, for "changed by". */
    names: async (trx: Trx, tenantId: string, ids: readonly number[]): Promise<Map<number, string>> => {
      if (ids.length === 0) return new Map()
      const rows = await selectProfiles(trx, [...new Set(ids)])
      const named = rows.map(async row => [row.id, displayName(await openProfile(vault, tenantId, row))] as const)
      return new Map(await Promise.all(named))
    },

    /** Everybody of an organisation, or those with these ids, by family name. */
    people: async (trx: Trx, tenant: string, ids?: readonly number[]): Promise<Person[]> => {
      if (ids?.length === 0) return []
      const rows = await selectPeople(trx, ids)
      const sealed = rows.map(({ id, profile_sealed }) => ({ row: String(id), sealed: profile_sealed }))
      const profiles = await vault.openAll<AccountProfile>(sealed, { tenant, column: 'accounts.profile_sealed' })
      return rows
        .map(({ id, roles, status }, index) => ({ id, roles, active: status === 'active', profile: profiles[index]! }))
        .sort((one, other) => byName(one.profile, other.profile))
        .map(({ profile, ...person }) => ({ ...person, name: displayName(profile) }))
    },

    /** How everybody of the organisation is called, whether they may sign in now or not. */
    called: async (trx: Trx, tenantId: string): Promise<Map<number, { given: string; family: string }>> => {
      const rows = await selectAllProfiles(trx)
      const called = rows.map(async row => {
        const { givenName, familyName } = await openProfile(vault, tenantId, row)
        return [row.id, { given: givenName, family: familyName }] as const
      })
      return new Map(await Promise.all(called))
    },

    /** How many active accounts nobody has signed in to since. */
    sleeping: (trx: Trx, since: Date): Promise<number> => countSleeping(trx, since),

    /** Ids of the active accounts that have a role. */
    activeWith: (trx: Trx, role: Role): Promise<number[]> => selectActiveWithRole(trx, role),

    /** The organisation's accounts of one status, by family name, and how many there are of each. */
    list: (actor: Actor, status: AccountRow['status']) =>
      db.asTenant(actor, async trx => {
        const rows = await selectAccounts(trx, status)
        const accounts = await Promise.all(rows.map(row => opened(actor.tenantId, row)))
        return { accounts: accounts.sort(byName), counts: await countByStatus(trx) }
      }),

    /** @throws NotFound */
    find: (actor: Actor, id: number) =>
      db.asTenant(actor, async trx => {
        const row = await findAccount(trx, id)
        if (!row) throw new NotFound()
        return opened(actor.tenantId, row)
      }),

    /** Where mail to an account goes and in which language; null where it has no address or may not sign in. */
    mailbox: ({ tenantId, accountId }: AccountKey): Promise<Mailbox | null> =>
      db.asTenant({ tenantId }, async trx => {
        const row = await findAccount(trx, accountId)
        if (row?.status !== 'active') return null
        const { email } = await openProfile(vault, tenantId, row)
        return email === null ? null : { email, language: row.language }
      }),
  }
}

const factsOf = (row: AccountRow) => ({
  id: row.id,
  login: row.login,
  roles: row.roles,
  language: row.language,
  status: row.status,
  revision: row.revision,
  mustChangePassword: row.must_change_password,
  passwordChangedAt: row.password_changed_at,
  createdAt: row.created_at,
  lastSignInAt: row.last_sign_in_at,
  deactivatedAt: row.deactivated_at,
})
const { compare } = new Intl.Collator('pl')
const byName = (a: AccountProfile, b: AccountProfile) =>
  compare(a.familyName, b.familyName) || compare(a.givenName, b.givenName)
