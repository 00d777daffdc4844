import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { GroupChoice, Needs } from './needs.ts'
import { alphabetically, displayName, type ClientLine, type ClientProfile, type Phone } from './profile.ts'
import { selectByIds, selectVisible, selectWrongNumbers } from './queries.ts'
import type { Sealing } from './sealing.ts'

const mostWrongNumbers = 200
export type WrongNumbers = { id: string; displayName: string; phones: Phone[] }

/** Clients read in another feature's transaction, which audits what it shows of them. */
export const createReading = ({ db, groups }: Needs, sealing: Sealing) => {
  const linesOf = async (trx: Trx, actor: Actor, ids: readonly string[]): Promise<ClientLine[]> => {
    const rows = await selectByIds(trx, ids)
    const lines = rows.map(async ({ id, status, profile_sealed, created_at }) => ({
      id,
      status,
      profile: await sealing.open(actor.tenantId, id, profile_sealed),
      createdAt: created_at,
    }))
    return (await Promise.all(lines)).sort((one, other) => alphabetically(one.profile, other.profile))
  }

  return {
    /** These clients in Polish order; those that are no more are left out. */
    linesOf,

    /**
     * Of these clients, those whom the account of this transaction may see now: one that is no more, another tenant's and one whose
     * record is restricted are all left out (docs/adr/0019).
     */
    visible: async (trx: Trx, ids: readonly string[]): Promise<ReadonlySet<string>> =>
      new Set(await selectVisible(trx, ids)),

    /** How these clients are called. */
    namesOf: async (trx: Trx, actor: Actor, ids: readonly string[]): Promise<ReadonlyMap<string, string>> =>
      new Map((await linesOf(trx, actor, ids)).map(({ id, profile }) => [id, displayName(profile)])),

    /** Active clients with a number of their own that is known to be wrong. */
    withWrongNumbers: async (trx: Trx, actor: Actor): Promise<WrongNumbers[]> => {
      const lines = await linesOf(trx, actor, await selectWrongNumbers(trx, mostWrongNumbers))
      return lines.map(({ id, profile }) => ({ id, displayName: displayName(profile), phones: wrongOf(profile) }))
    },

    /** The groups that the form of a client offers. */
    groupChoices: (actor: Actor): Promise<GroupChoice[]> => db.asTenant(actor, trx => groups.choices(trx, actor)),
  }
}

const wrongOf = ({ phones }: ClientProfile) => phones.filter(({ wrongSince }) => wrongSince)
