import { randomUUID } from 'node:crypto'
import { installationId, systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Db } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { findTenant, insertTenant, selectOpenTenants } from './queries.ts'

type Needs = { db: Db; unscoped: Unscoped; vault: Vault }

export const createTenants = ({ db, unscoped, vault }: Needs) => {
  const create = (id: string, name: string, language: Language) =>
    db.asTenant({ tenantId: id }, async trx => {
      await insertTenant(trx, { id, name, language })
      await vault.createKeys(trx, id)
      await record(trx, systemActor(id), 'tenant.created', id)
      return id
    })

  return {
    /** Makes an organisation with its own keys. @returns its id */
    create: (name: string, language: Language) => create(randomUUID(), name, language),

    /** The name of the actor's organisation. @throws NotFound */
    nameOf: async (actor: Pick<Actor, 'tenantId'>): Promise<string> => {
      const tenant = await db.asTenant(actor, trx => findTenant(trx, actor.tenantId))
      if (!tenant) throw new NotFound()
      return tenant.name
    },

    /** The ids of all that have data to look after, for rounds of the worker. */
    open: (): Promise<string[]> => unscoped.read(selectOpenTenants),

    /** Makes the realm of the operators, once. @returns its id */
    prepareInstallation: async (): Promise<string> => {
      const there = await db.asTenant({ tenantId: installationId }, trx => findTenant(trx, installationId))
      if (there) return there.id
      return create(installationId, 'Ostoja', 'pl').catch((fault: unknown) => {
        // Another process made it in the same moment.
        if ((fault as { code?: string }).code === '23505') return installationId
        throw fault
      })
    },
  }
}
export type Tenants = ReturnType<typeof createTenants>
