import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/**
 * Exercises of opening the last export and finding people in it, kept as evidence. `people` holds ids of clients and what
 * came of looking for them; `export_id` is the export that its code proved to have been opened.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table drills (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      account_id integer not null,
      started_at timestamptz(3) not null,
      finished_at timestamptz(3),
      people jsonb not null,
      export_id uuid,
      trouble text check (trouble in ('none', 'file', 'secret', 'computer', 'person', 'other')),
      passed boolean,
      primary key (tenant_id, id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id),
      check ((finished_at is null) = (passed is null))
    );
    create index drills_by_date on drills (tenant_id, started_at desc, id);
  `)
  await protect(knex, 'drills', { app: 'select, insert, update, delete' })
}
