import { randomUUID } from 'node:crypto'
import { installationId, type Actor } from '../../platform/actor.ts'
import { record, recordInInstallation, type Detail } from '../../platform/audit/record.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import type { HandedOver, MakeTenant, Needs } from './needs.ts'
import {
  countAdministrators,
  findByForm,
  lockTenant,
  selectTenant,
  selectTenants,
  updateTenant,
  type ListedRow,
  type TenantRow,
} from './queries.ts'
import { megabyte, type AdministratorForm, type shows, type TenantForm } from './schema.ts'

/** Another organisation is reached at this address already. */
export class DomainTaken extends Error {}

export type State = 'active' | 'suspended' | 'closing' | 'closed'
export type ListedTenant = ReturnType<typeof shown>
type Show = (typeof shows)[number]
const { compare } = new Intl.Collator('pl')
const pageRows = 50

/** The operators' register of organisations: their names and numbers, and who administers them first. */
export const createRegister = ({ db, makeAdministrator }: Needs, make: MakeTenant) => {
  const find = async (actor: Actor, id: string): Promise<ListedTenant> => {
    const row = await db.asTenant(actor, trx => selectTenant(trx, installationId, id))
    if (!row) throw new NotFound()
    return shown(row)
  }

  return {
    /** Organisations by name, a page at a time, with how many there are of each kind. */
    list: async (actor: Actor, show: Show, page: number) => {
      const rows = (await db.asTenant(actor, trx => selectTenants(trx, installationId))).map(shown)
      const kinds = Object.groupBy(rows, ({ state }) => (state === 'active' ? 'open' : state))
      const chosen = (kinds[show] ?? []).sort((one, other) => compare(one.name, other.name))
      const from = (page - 1) * pageRows
      return {
        tenants: chosen.slice(from, from + pageRows),
        counts: countOf(kinds),
        more: chosen.length > from + pageRows,
      }
    },

    /** @throws NotFound for none, and for the operators' own realm */
    find,

    /** Whether the organisation still waits for its first administrator. */
    awaitsAdministrator: async (id: string): Promise<boolean> =>
      (await db.asTenant({ tenantId: id }, countAdministrators)) === 0,

    /**
     * Makes an organisation with its own keys. @returns its id, the same one for the same form
     * @throws DomainTaken
     */
    register: async (actor: Actor, form: TenantForm, formId: string): Promise<string> => {
      const id = randomUUID()
      const { country } = form
      const made = await make(id, { ...rowOf(form), ...(country ? { country } : {}), form_id: formId }, trx =>
        recordInInstallation(trx, id, actor, 'tenant.created', id),
      ).catch(explain)
      if (made) return id
      return (await db.asTenant(actor, trx => findByForm(trx, formId)))!.id
    },

    /** @throws NotFound, DomainTaken, Conflict for one that is closed @returns whether anything has changed */
    amend: (actor: Actor, id: string, form: TenantForm): Promise<boolean> =>
      db
        .asTenant(actor, async trx => {
          const row = id === installationId ? undefined : await lockTenant(trx, id)
          if (!row) throw new NotFound()
          if (row.status === 'closed') throw new Conflict('tenants:conflict.closed')
          const wished = rowOf(form)
          const detail = differing(row, wished)
          if (!detail) return false
          await updateTenant(trx, id, wished)
          await record(trx, actor, 'tenant.amended', id, detail)
          return true
        })
        .catch(explain),

    /**
     * Makes the first administrator of an organisation: only while it has none, so that nobody of the installation gives
     * themselves a way in later. The login and password are known only to the caller, once.
     * @throws NotFound, Conflict, TooBusy
     */
    makeFirstAdministrator: async (
      actor: Actor,
      id: string,
      { handOver, ...person }: AdministratorForm,
      formId: string,
    ): Promise<HandedOver> => {
      const { state } = await find(actor, id)
      if (state !== 'active') throw new Conflict('tenants:conflict.notActive')
      return makeAdministrator(id, { ...person, byLink: handOver === 'link', formId }, async (trx, accountId) => {
        await lockTenant(trx, id) // of two at once, the second counts the first one's
        if ((await countAdministrators(trx)) > 1) throw new Conflict('tenants:conflict.hasAdministrator')
        await recordInInstallation(trx, id, actor, 'tenant.administrator-made', id, { account: accountId })
      })
    },
  }
}

const rowOf = ({ name, domain, language, ...limits }: TenantForm) => ({
  name,
  domain,
  language,
  most_accounts: limits.mostAccounts,
  most_clients: limits.mostClients,
  most_bytes: limits.mostMegabytes === null ? null : String(limits.mostMegabytes * megabyte),
})

/** What is different, for the audit log: names and addresses of organisations are said to have changed, numbers how. */
const differing = (before: TenantRow, wished: Partial<TenantRow>): Detail | null => {
  const names = Object.keys(wished) as (keyof TenantRow)[]
  const changed = names.filter(name => before[name] !== wished[name])
  if (changed.length === 0) return null
  const said = (name: keyof TenantRow) =>
    ['name', 'domain'].includes(name) ? true : `${String(before[name])} -> ${String(wished[name])}`
  return Object.fromEntries(changed.map(name => [name, said(name)]))
}

const explain = (fault: unknown): never => {
  throw (fault as { constraint?: string }).constraint === 'tenants_domain' ? new DomainTaken() : fault
}

const stateOf = ({ status, closes_at }: TenantRow): State => (status !== 'closed' && closes_at ? 'closing' : status)

const shown = (row: ListedRow) => ({
  id: row.id,
  name: row.name,
  domain: row.domain,
  language: row.language,
  state: stateOf(row),
  createdAt: row.created_at,
  closesAt: row.closes_at,
  measuredAt: row.measured_at,
  accounts: row.accounts,
  clients: row.clients,
  bytes: row.bytes === null ? null : Number(row.bytes),
  mostAccounts: row.most_accounts,
  mostClients: row.most_clients,
  mostBytes: row.most_bytes === null ? null : Number(row.most_bytes),
})

const countOf = (kinds: Partial<Record<Show, unknown[]>>): Record<Show, number> => ({
  open: kinds.open?.length ?? 0,
  suspended: kinds.suspended?.length ?? 0,
  closing: kinds.closing?.length ?? 0,
  closed: kinds.closed?.length ?? 0,
})
