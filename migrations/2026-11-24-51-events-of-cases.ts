import type { Knex } from 'knex'

/** What was read and done under a case is looked up by account; events that name one are few. */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create index audit_events_cases on audit_events (tenant_id, account_id, id) where jsonb_exists(detail, 'cases');
  `)
}
