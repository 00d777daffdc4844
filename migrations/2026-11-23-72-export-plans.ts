import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/**
 * What an organisation's security officers have decided about exports: how often one is made by itself (0: never), how many
 * of those are kept, and after how many days the last one is too old. `scheduled` marks an export that was made so; its file
 * stays until newer ones take its place.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table export_plans (
      tenant_id uuid not null references tenants,
      every_days integer not null default 0 check (every_days between 0 and 365),
      keep integer not null default 4 check (keep between 1 and 50),
      fresh_days integer not null default 7 check (fresh_days between 1 and 90),
      changed_at timestamptz(3) not null,
      primary key (tenant_id)
    );
    alter table exports add column scheduled boolean not null default false;
  `)
  await protect(knex, 'export_plans', { app: 'select, insert, update, delete' })
}
