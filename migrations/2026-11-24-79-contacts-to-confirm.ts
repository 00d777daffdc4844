import type { Knex } from 'knex'

/**
 * The list of contacts to confirm in its own order, so that a page by key reads no more rows than it shows: wrong numbers first,
 * then never confirmed, then the longest ago. What is to be confirmed is the beginning of it.
 *
 * The words are those of src/features/emergency-contacts/queries.ts. A `case` rather than `coalesce`: under row security
 * PostgreSQL searches an index only by expressions that it knows to give nothing away.
 */
export const up = (knex: Knex) =>
  knex.raw(`
    create index emergency_contacts_to_confirm on emergency_contacts (
      tenant_id,
      (wrong_number is not true),
      (case when last_confirmed_on is null then '-infinity'::date else last_confirmed_on end),
      client_id,
      rank
    );
  `)
