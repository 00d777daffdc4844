import type { Knex } from 'knex'

/** Birth dates known in part have a token of their own; the worker makes older tokens anew (docs/adr/0008). */
export const up = async (knex: Knex) => {
  await knex.raw(`
    drop index clients_outdated;
    create index clients_outdated on clients (tenant_id, id) where index_version < 3;
  `)
}
