import type { Knex } from 'knex'

/**
 * Room on each page for its rows to be sealed anew: PostgreSQL then leaves all indexes as they are (a heap-only tuple), and
 * a row of `clients` stands in some sixty places of one. Without it the first turning of a data key grows the
 * tables as much, and their indexes too. Pages that are there fill up as before, until they are next rewritten.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table clients set (fillfactor = 50);
    alter table emergency_contacts set (fillfactor = 50);
    alter table client_versions set (fillfactor = 50);
    alter table emergency_contact_versions set (fillfactor = 50);
  `)
}
