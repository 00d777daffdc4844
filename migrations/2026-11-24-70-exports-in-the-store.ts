import type { Knex } from 'knex'

/**
 * Where the copy of an export that made itself stands in the backup store: null, not copied yet; `leaving`, to be removed from
 * there, which may have to wait until the store can be reached.
 */
export const up = (knex: Knex) =>
  knex.raw(`
    alter table exports
      add column copy_state text check (copy_state in ('stored', 'failed', 'leaving', 'removed')),
      add column copy_failure text check (copy_failure in ('store-unreachable', 'disk-full', 'altered', 'fault')),
      add column copied_at timestamptz(3);
    update exports set copy_state = 'removed' where scheduled and status = 'expired';
    create index exports_with_copies on exports (tenant_id, copy_state) where scheduled;
  `)
