import { displayName, type Clients } from '../features/clients/index.ts'
import { createRestrictedRecords } from '../features/restricted-records/index.ts'
import { systemActor, tenantRoles, type Role } from '../platform/actor.ts'
import type { Trx } from '../platform/db/tenant.ts'

type Needs = Parameters<typeof createRestrictedRecords>[0]
type Given = Pick<Needs, 'db' | 'vault' | 'clock' | 'accountNames' | 'country' | 'ring' | 'tell'> & {
  clients: Pick<Clients, 'linesOf' | 'visible'>
  activeWith: (trx: Trx, role: Role) => Promise<number[]>
  settingsWithin: (trx: Trx, actor: { tenantId: string }) => Promise<{ breakGlassMinutes: number }>
}

const { compare } = new Intl.Collator('pl')

/** Restrictions name accounts and hide clients, which are other features' own. */
export const createRestrictedRecordFeature = ({ clients, activeWith, settingsWithin, ...given }: Given) =>
  createRestrictedRecords({
    ...given,
    visible: clients.visible,
    named: async (trx, tenantId, ids) =>
      (await clients.linesOf(trx, systemActor(tenantId), ids)).map(({ id, profile }) => ({
        id,
        name: displayName(profile),
        fileNumber: profile.fileNumber,
      })),
    findable: async (trx, tenantId, ids) =>
      (await clients.linesOf(trx, systemActor(tenantId), ids)).map(({ id, profile }) => ({ ...profile, id })),
    people: async (trx, tenantId) => {
      const roles = new Map<number, Role[]>()
      for (const role of tenantRoles)
        for (const id of await activeWith(trx, role)) roles.set(id, [...(roles.get(id) ?? []), role])
      const names = await given.accountNames(trx, tenantId, [...roles.keys()])
      return [...roles]
        .map(([id, of]) => ({ id, name: names.get(id) ?? '', roles: of }))
        .sort((one, other) => compare(one.name, other.name))
    },
    minutes: async (trx, actor) => (await settingsWithin(trx, actor)).breakGlassMinutes,
  })
