import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

export const up = async (knex: Knex) => {
  await knex.raw(`
    create table imports (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      state text not null default 'uploading' check (state in
        ('uploading', 'mapping', 'previewing', 'previewed', 'importing', 'done', 'taking-back', 'taken-back', 'discarded')),
      file_sealed bytea not null,
      reading_sealed bytea,
      row_count integer not null default 0,
      rows_done integer not null default 0,
      run_id uuid,
      planned jsonb not null default '{"counts":{"new":0,"changed":0,"unchanged":0,"refused":0},"warned":0,"refusals":{},"warnings":{},"changed":{}}',
      result jsonb not null default '{"counts":{"new":0,"changed":0,"unchanged":0,"refused":0}}',
      created_by integer not null,
      started_by integer,
      created_at timestamptz not null,
      stirred_at timestamptz not null,
      started_at timestamptz,
      finished_at timestamptz,
      rows_dropped_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, created_by) references accounts (tenant_id, id),
      foreign key (tenant_id, started_by) references accounts (tenant_id, id)
    );
    create index imports_newest on imports (tenant_id, created_at desc, id);

    create table import_rows (
      tenant_id uuid not null,
      id uuid not null default gen_random_uuid(),
      import_id uuid not null,
      number integer not null,
      row_sealed bytea not null,
      outcome text not null default 'unknown' check (outcome in ('unknown', 'new', 'changed', 'unchanged', 'refused')),
      refusals jsonb not null default '[]',
      warnings jsonb not null default '[]',
      primary key (tenant_id, id),
      foreign key (tenant_id, import_id) references imports (tenant_id, id) on delete cascade
    );
    create unique index import_rows_number on import_rows (tenant_id, import_id, number);
    create index import_rows_outcome on import_rows (tenant_id, import_id, outcome, number);
    create index import_rows_warned on import_rows (tenant_id, import_id, number) where warnings <> '[]';
  `)
  await protect(knex, 'imports', { app: 'select, insert, update, delete' })
  await protect(knex, 'import_rows', { app: 'select, insert, update, delete' })
}
