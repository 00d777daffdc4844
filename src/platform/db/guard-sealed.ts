import type { Knex } from 'knex'

/**
 * Keeps rows out that are sealed or indexed with a closed key: somebody may have sealed a value and been held up until the
 * key was about to be destroyed, and nobody could open it afterwards. Call it for each table with sealed columns.
 * @param columns the table's sealed columns
 * @param indexKey the column that names the key of the row's blind tokens, where it has any
 */
export const guardSealed = async (knex: Knex, table: string, columns: readonly string[], indexKey?: string) => {
  const headers = columns.map(column => `substring(${table}.${column} from 1 for 5)`).join(', ')
  const matches = [
    ...(headers ? [`closed.seal_header in (${headers})`] : []),
    ...(indexKey ? [`closed.id = ${table}.${indexKey}`] : []),
  ].join(' or ')
  const check = `not exists (select from closed_keys closed where closed.tenant_id = ${table}.tenant_id and (${matches}))`
  await knex.raw(`
    create policy ${table}_open_key_inserted on ${table} as restrictive for insert to ostoja_app with check (${check});
    create policy ${table}_open_key_updated on ${table} as restrictive for update to ostoja_app using (true) with check (${check});
  `)
}
