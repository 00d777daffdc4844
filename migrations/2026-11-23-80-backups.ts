import type { Knex } from 'knex'
import { installationId } from '../src/platform/actor.ts'
import { protect } from '../src/platform/db/protect.ts'

/**
 * What is known of the installation's backups, and when the operators were told last that something is wrong with them. They
 * belong to the realm of the operators; the files themselves lie in the store, each with its manifest.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table backups (
      tenant_id uuid not null references tenants check (tenant_id = '${installationId}'),
      id text not null,
      -- The night it was made for; null where somebody asked for it.
      night date,
      asked_by integer,
      asked_at timestamptz not null,
      status text not null check (status in ('waiting', 'running', 'made', 'failed', 'removed')),
      failure text,
      started_at timestamptz,
      finished_at timestamptz,
      done_bytes bigint not null default 0,
      about_bytes bigint not null default 0,
      size bigint,
      sha256 text,
      rows bigint,
      proof text not null default 'none' check (proof in ('none', 'running', 'proven', 'failed')),
      proof_failure text,
      proof_tries integer not null default 0,
      proof_started_at timestamptz,
      proof_finished_at timestamptz,
      opened_rows integer,
      database_bytes bigint,
      primary key (tenant_id, id)
    );
    create unique index backups_night on backups (tenant_id, night) where night is not null and status <> 'failed';
    create index backups_newest on backups (tenant_id, asked_at desc);

    create table backup_warnings (
      tenant_id uuid not null references tenants check (tenant_id = '${installationId}'),
      wrong_since timestamptz not null,
      told_at timestamptz,
      -- Somebody is telling the operators; if they die of it, another may from then on.
      telling_until timestamptz,
      primary key (tenant_id)
    );
  `)
  await protect(knex, 'backups', { app: 'select, insert, update' })
  await protect(knex, 'backup_warnings', { app: 'select, insert, update, delete' })
}
