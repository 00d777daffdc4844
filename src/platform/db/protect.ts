import type { Knex } from 'knex'

type Grants = { app: string; signin?: string }

/**
 * Makes a table a tenant table: row-level security on and forced, one policy for reading and writing, grants.
 * The setting is read through a sub-select so that it is evaluated once a query, and reads as '' on a pooled connection
 * after the transaction that set it; hence nullif.
 * @param grants the privileges of each role, as in `grant <privileges> on table`
 */
export const protect = async (knex: Knex, table: string, grants: Grants) => {
  const ownTenant = `tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)`
  await knex.raw(`
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy ${table}_own_tenant on ${table} using (${ownTenant}) with check (${ownTenant});
    grant ${grants.app} on ${table} to ostoja_app;
    grant select on ${table} to ostoja_backup;
  `)
  if (grants.signin) await knex.raw(`grant ${grants.signin} on ${table} to ostoja_signin`)
}

/**
 * Hides rows of records that the account of a transaction may not see now (docs/adr/0019), for reading and for writing: for every
 * table that holds something of a client. Rows whose column is null are of no client.
 * @param column the column that holds the client's id
 */
export const hideRestricted = (knex: Knex, table: string, column: string) =>
  knex.raw(`
    create policy ${table}_restricted on ${table} as restrictive
      using (${column} is null or ${column} not in (select client_id from hidden_clients))
      with check (${column} is null or ${column} not in (select client_id from hidden_clients));
  `)
