import type { Knex } from 'knex'
import type { Trx } from '../../platform/db/tenant.ts'
import type { SubjectKind, Tombstone } from './ledger.ts'

export type ErasureRow = {
  tenant_id: string
  id: string
  subject_kind: SubjectKind
  subject_id: string
  erased_at: Date
  erased_by: number | null
  reason_sealed: Buffer | null
}
export type Tenant = {
  id: string
  name: string
  status: 'active' | 'suspended' | 'closed'
  closes_at: Date | null
  domain: string | null
}

/** Erasures shown; older ones stay in the table and in the audit log. */
const mostShown = 200

/** What stays when an organisation is erased, and why: none of it tells who somebody was. */
export const keptTables: Record<string, string> = {
  tenants: 'that there was an organisation, without its name',
  audit_events: 'who did what when, by ids',
  audit_seals: 'the chain that shows that this was not changed',
  audit_unsealed: 'which of it is not in the chain yet',
  erasures: 'that and when something was erased',
  exports: 'that and when files were made, with numbers only',
  file_number_counters: 'a number',
  key_fingerprints: 'belongs to the installation',
}

/** Notes an erasure, once. @returns whether it was not noted before */
export const insertErasure = async (trx: Trx, row: ErasureRow): Promise<boolean> =>
  (
    await trx<ErasureRow>('erasures')
      .insert(row)
      .onConflict(['tenant_id', 'subject_kind', 'subject_id'])
      .ignore()
      .returning('id')
  ).length > 0

export const selectErasures = (trx: Trx): Promise<ErasureRow[]> =>
  trx<ErasureRow>('erasures')
    .where({ subject_kind: 'client' })
    .orderBy([{ column: 'erased_at', order: 'desc' }, 'id'])
    .limit(mostShown)

/** Every organisation's erasures, read as `ostoja_signin`. */
export const selectTombstones = async (trx: Knex.Transaction): Promise<Tombstone[]> => {
  const rows = await trx<ErasureRow>('erasures').select(
    'tenant_id',
    'subject_kind',
    'subject_id',
    'erased_at',
    'erased_by',
  )
  return rows.map(row => ({
    tenantId: row.tenant_id,
    kind: row.subject_kind,
    subjectId: row.subject_id,
    erasedAt: row.erased_at,
    by: row.erased_by,
  }))
}

export const lockTenant = (trx: Trx, id: string): Promise<Tenant | undefined> =>
  trx<Tenant>('tenants').where({ id }).forUpdate().first('id', 'name', 'status', 'closes_at', 'domain')

export const closeTenant = (trx: Trx, id: string, name: string) =>
  trx<Tenant>('tenants').where({ id }).update({ name, status: 'closed', domain: null, closes_at: null })

/** How many contacts, earlier versions and threads of messages go with a client. */
export const countOfClient = async (
  trx: Trx,
  clientId: string,
): Promise<{ contacts: number; versions: number; threads: number }> => {
  const { rows } = await trx.raw<{ rows: { contacts: number; versions: number; threads: number }[] }>(
    `select (select count(*)::int from emergency_contacts where client_id = :clientId) as contacts,
            (select count(*)::int from client_versions where client_id = :clientId) as versions,
            (select count(*)::int from message_threads where client_id = :clientId) as threads`,
    { clientId },
  )
  return rows[0]!
}

/** How many times an export was downloaded since `since`: files that are out of reach and may hold the person. */
export const countDownloads = async (trx: Trx, since: Date): Promise<number> => {
  const row = (await trx('audit_events')
    .where({ action: 'export.downloaded' })
    .where('at', '>=', since)
    .count({ count: '*' })
    .first()) as { count: string } | undefined
  return Number(row?.count ?? 0)
}

/**
 * Empties every tenant table but those kept, for the tenant of this transaction. Tables are found in the catalogue, so that
 * none is forgotten; those made later refer to those made earlier, so they go first, and whoever must wait is asked again.
 * @throws Error naming a table that keeps rows
 */
export const deleteEverything = async (trx: Trx, tenantId: string): Promise<number> => {
  const { rows: tables } = await trx.raw<{ rows: { name: string }[] }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.oid desc`,
  )
  let waiting = tables.map(({ name }) => name).filter(name => !(name in keptTables))
  let deleted = 0
  for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
    before = waiting.length
    const blocked: string[] = []
    for (const name of waiting) {
      const count = await tryToEmpty(trx, name, tenantId)
      if (count === null) blocked.push(name)
      else deleted += count
    }
    waiting = blocked
  }
  for (const name of waiting) {
    if (await trx(name).where({ tenant_id: tenantId }).first('tenant_id'))
      throw new Error(`the table ${name} cannot be emptied for a tenant`)
  }
  return deleted
}

/** Within a savepoint: null where a row elsewhere still refers to one of these, or only another table's deletion may reach them. */
const tryToEmpty = (trx: Trx, table: string, tenantId: string): Promise<number | null> =>
  trx
    .transaction(inner => inner(table).where({ tenant_id: tenantId }).delete())
    .catch((fault: unknown) => {
      if (['23503', '42501'].includes((fault as { code?: string }).code ?? '')) return null
      throw fault
    })
