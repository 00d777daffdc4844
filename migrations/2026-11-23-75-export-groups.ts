import type { Knex } from 'knex'

/** Ids of the groups whose clients an export holds; none: every active client. */
export const up = async (knex: Knex) => {
  await knex.raw(`alter table exports add column group_ids jsonb not null default '[]'`)
}
