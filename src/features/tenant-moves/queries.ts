import type { Trx } from '../../platform/db/tenant.ts'

/**
 * What does not go along: keys are wrapped anew, use is counted as rows come, and what is the installation's stays with it. The log's
 * chain is sealed with the installation's key: where the log arrives, a chain begins anew with all of it.
 */
const leftBehind = [
  ...['tenant_keys', 'tenant_usage', 'key_fingerprints', 'backups', 'backup_warnings'],
  ...['audit_seals', 'audit_unsealed', 'audit_chain_state'],
]
const fetchedAtOnce = 500
/** Rows are fetched as many at a time as make about so many letters: those of files are large. */
const lettersAtOnce = 4_000_000

/** One moment for all that is read. Before anything else in the transaction. */
export const readOneMoment = (trx: Trx) => trx.raw('set transaction isolation level repeatable read, read only')

/** Where the chain of its log ends: its last seal and that one's hash; null where nothing was sealed. */
export const chainEnd = async (trx: Trx): Promise<string | null> => {
  const last = (await trx('audit_seals').orderBy('number', 'desc').first('number', 'head')) as
    { number: string; head: Buffer } | undefined
  return last ? `${last.number}-${last.head.toString('hex')}` : null
}

/** Every table with rows of organisations, each after those that it refers to. */
export const tablesInOrder = async (trx: Trx): Promise<string[]> => {
  const { rows: tables } = await trx.raw<{ rows: { name: string }[] }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  )
  const { rows: references } = await trx.raw<{ rows: { from: string; to: string }[] }>(
    `select distinct conrelid::regclass::text as from, confrelid::regclass::text as to from pg_constraint
      where contype = 'f' and connamespace = 'public'::regnamespace and conrelid <> confrelid`,
  )
  const names = ['tenants', ...tables.map(({ name }) => name).filter(name => !leftBehind.includes(name))]
  const ordered: string[] = []
  while (ordered.length < names.length) {
    const ready = names.filter(
      name =>
        !ordered.includes(name) &&
        references.every(({ from, to }) => from !== name || ordered.includes(to) || !names.includes(to)),
    )
    if (ready.length === 0) throw new Error('tables refer to each other in a circle')
    ordered.push(...ready)
  }
  return ordered
}

/** The rows of a table, as JSON that is never read as such here: numbers stay as exact as they are. */
export async function* rowsOf(trx: Trx, table: string): AsyncGenerator<string[]> {
  await trx.raw('declare moving no scroll cursor for select to_jsonb(moved)::text as row from ?? moved', [table])
  for (let most = 1; ;) {
    const { rows } = await trx.raw<{ rows: { row: string }[] }>(`fetch ${most} from moving`)
    if (rows.length === 0) break
    const letters = rows.reduce((sum, { row }) => sum + row.length, 0)
    yield rows.map(({ row }) => row)
    most = Math.min(fetchedAtOnce, 2 * most, Math.max(1, Math.floor((lettersAtOnce * rows.length) / letters)))
  }
  await trx.raw('close moving')
}

export const countRows = async (trx: Trx, table: string): Promise<number> =>
  Number(((await trx(table).count({ count: '*' }).first()) as { count: string }).count)

/** @param rows a JSON array */
export const insertRows = async (trx: Trx, table: string, rows: string): Promise<number> => {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    'insert into ?? overriding system value select * from jsonb_populate_recordset(null::??, ?::jsonb)',
    [table, table, rows],
  )
  return rowCount
}

export const tenantIsThere = async (trx: Trx, id: string): Promise<boolean> =>
  (await trx('tenants').where({ id }).first('id')) !== undefined

/** Read as `ostoja_signin`. */
export const takenLogins = async (trx: Trx, keys: readonly string[]): Promise<number> =>
  (
    await trx('logins')
      .whereIn('login_key', keys as string[])
      .select('login_key')
  ).length

export const loginKeys = async (trx: Trx): Promise<string[]> =>
  (await trx('logins').select('login_key')).map(({ login_key }: { login_key: string }) => login_key)

/**
 * What holds only where it came from: files of exports, links that were mailed, browsers that were known, passwords that another
 * pepper is mixed into.
 */
export const forgetPlace = async (trx: Trx, at: Date) => {
  // Keys of installations have small numbers, and this one's may be the same.
  await trx('account_emails').update({ index_key: null })
  await trx('exports')
    .whereIn('status', ['waiting', 'running'])
    .update({ status: 'failed', failure: 'interrupted', finished_at: at })
  await trx('exports').where({ status: 'ready' }).update({ status: 'expired' })
  // Copies are in the store of where it came from, which sees to them.
  await trx('exports').whereNotNull('copy_state').update({ copy_state: 'removed' })
  await trx('password_links').delete()
  await trx('known_devices').delete()
}

/** Nobody gets in before everything is in its place. @returns what it was before */
export const suspend = async (trx: Trx, id: string): Promise<string> => {
  const { status } = (await trx('tenants').where({ id }).first('status')) as { status: string }
  await trx('tenants').where({ id }).update({ status: 'suspended' })
  return status
}

export const putStatus = (trx: Trx, id: string, status: string) => trx('tenants').where({ id }).update({ status })

export const accountIds = async (trx: Trx): Promise<number[]> =>
  (await trx('accounts').orderBy('id').select('id')).map(({ id }: { id: number }) => id)

export const putPassword = (trx: Trx, id: number, sealed: Buffer, pepper: string) =>
  trx('accounts').where({ id }).update({
    password_sealed: sealed,
    pepper_id: pepper,
    must_change_password: true,
    password_changed_at: trx.fn.now(),
  })

/** Numbers that this installation gives from now on are greater than those that came along. */
export const passNumbers = async (trx: Trx) => {
  for (const [sequence, table] of [
    ['account_id', 'accounts'],
    ['tenant_key_id', 'tenant_keys'],
    [`pg_get_serial_sequence('audit_events', 'id')`, 'audit_events'],
  ] as const) {
    const name = sequence.startsWith('pg_') ? sequence : `'${sequence}'`
    await trx.raw(`select setval(${name}, greatest((select coalesce(max(id), 1) from ${table}), nextval(${name})))`)
  }
}

export type KeyRow = {
  id: number
  purpose: 'data' | 'index'
  current: boolean
  created_at: Date
  retired_at: Date | null
}
export type Wrapped = KeyRow & { tenant_id: string; root_key_id: string; wrapped: Buffer }

export const selectKeyRows = (trx: Trx): Promise<Wrapped[]> => trx<Wrapped>('tenant_keys').orderBy('id').select('*')
export const insertKeyRows = (trx: Trx, rows: readonly Wrapped[]) => trx('tenant_keys').insert([...rows])
