import { randomUUID } from 'node:crypto'
import { installationId, systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import { defaultCountry, type CountryCode } from '../../platform/text/phone.ts'
import type { MakeTenant, Needs } from './needs.ts'
import { createLifecycle } from './lifecycle.ts'
import { findTenant, insertTenant, insertUsage, selectNames, selectOpenTenants } from './queries.ts'
import { createRegister } from './register.ts'
import { createRounds } from './rounds.ts'

/** Organisations: what everybody may ask of theirs, and what operators do with all of them. */
export const createTenants = (needs: Needs) => {
  const { db, unscoped, vault, clock } = needs
  const make: MakeTenant = (id, tenant, alongside) =>
    db.asTenant({ tenantId: id }, async trx => {
      if (!(await insertTenant(trx, { ...tenant, id, created_at: clock() }))) return false
      await insertUsage(trx, id)
      await vault.createKeys(trx, id)
      await record(trx, systemActor(id), 'tenant.created', id)
      await alongside?.(trx)
      return true
    })

  const open = (): Promise<string[]> => unscoped.read(selectOpenTenants)

  return {
    ...createRegister(needs, make),
    ...createLifecycle(needs),
    ...createRounds(needs),

    /** Makes an organisation with its own keys. @returns its id */
    create: async (name: string, language: Language, country: CountryCode = defaultCountry): Promise<string> => {
      const id = randomUUID()
      await make(id, { name, language, country })
      return id
    },

    /** The name of the actor's organisation. @throws NotFound */
    nameOf: async (actor: Pick<Actor, 'tenantId'>): Promise<string> => {
      const tenant = await db.asTenant(actor, trx => findTenant(trx, actor.tenantId))
      if (!tenant) throw new NotFound()
      return tenant.name
    },

    /** What organisations are called, by id, in a transaction of the operators' realm. Those that are gone are missing. */
    namesOf: async (trx: Trx, ids: readonly string[]): Promise<Map<string, string>> =>
      new Map((await selectNames(trx, ids)).map(({ id, name }) => [id, name])),

    /** The language that an organisation was made in. @throws NotFound */
    languageOf: async (trx: Trx, tenantId: string): Promise<Language> => {
      const tenant = await findTenant(trx, tenantId)
      if (!tenant) throw new NotFound()
      return tenant.language
    },

    /** Since when there is an organisation, and whether its people may sign in. @throws NotFound */
    standing: async (trx: Trx, tenantId: string): Promise<{ madeAt: Date; active: boolean }> => {
      const tenant = await findTenant(trx, tenantId)
      if (!tenant) throw new NotFound()
      return { madeAt: tenant.created_at, active: tenant.status === 'active' }
    },

    /** The ids of all that have data to look after, for rounds of the worker. */
    open,

    /** A round of the worker through all of them. One that it fails for holds up no other; the first fault is thrown at the end. */
    forEachOpen: async (work: (tenantId: string) => Promise<unknown>): Promise<void> => {
      const faults: unknown[] = []
      for (const tenantId of await open()) await work(tenantId).catch((fault: unknown) => faults.push(fault))
      if (faults.length > 0) throw faults[0]
    },

    /** Makes the realm of the operators, once. @returns its id */
    prepareInstallation: async (): Promise<string> => {
      const there = await db.asTenant({ tenantId: installationId }, trx => findTenant(trx, installationId))
      if (there) return there.id
      await make(installationId, { name: 'Ostoja', language: 'pl' }).catch((fault: unknown) => {
        // Another process made it in the same moment.
        if ((fault as { code?: string }).code !== '23505') throw fault
      })
      return installationId
    },
  }
}
export type Tenants = ReturnType<typeof createTenants>
