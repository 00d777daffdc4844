import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { NotFound } from '../../platform/errors.ts'
import { compare, type Change } from './changes.ts'
import type { Needs } from './needs.ts'
import type { ClientProfile } from './profile.ts'
import { findClient, selectVersions } from './queries.ts'
import { madeBy, type Made } from './records.ts'
import type { Sealing } from './sealing.ts'

export type HistoryEntry = Made & { changes: Change[] }
export type History = { id: string; profile: ClientProfile; entries: HistoryEntry[] }

export const createHistory = ({ db, accountNames }: Needs, sealing: Sealing) => ({
  /** Every version of a client, the latest first: who made it, when, and what it changed. @throws NotFound */
  history: (actor: Actor, clientId: string): Promise<History> =>
    db.asTenant(actor, async trx => {
      const row = await findClient(trx, clientId)
      if (!row) throw new NotFound()
      const earlier = await selectVersions(trx, clientId)
      const { tenantId } = actor
      const profiles = await Promise.all(
        earlier.map(({ version, profile_sealed }) => sealing.openEarlier(tenantId, clientId, version, profile_sealed)),
      )
      const profile = await sealing.open(tenantId, clientId, row.profile_sealed)
      profiles.push(profile)

      const versions = [
        ...earlier.map(({ changed_at, changed_by, ...rest }) => ({
          ...rest,
          updated_at: changed_at,
          updated_by: changed_by,
        })),
        row,
      ]
      const names = await accountNames(
        trx,
        tenantId,
        versions.map(version => version.updated_by).filter(id => id !== null),
      )
      await record(trx, actor, 'client.history-viewed', clientId, { versions: versions.length })
      const entries = versions.map((version, index) => {
        const before = profiles[index - 1]
        return { ...madeBy(version, names), changes: before ? compare(before, profiles[index]!) : [] }
      })
      return { id: clientId, profile, entries: entries.reverse() }
    }),
})
