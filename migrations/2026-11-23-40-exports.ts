import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/**
 * Who made which emergency export, when, of how many records. Nothing of a passphrase is here: what is derived from it
 * passes through Redis, sealed, for minutes. `sha256` and `size` are of the whole file; `progressed_at` tells a living
 * job from a dead one.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table exports (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      status text not null default 'waiting' check (status in ('waiting', 'running', 'ready', 'failed', 'expired')),
      failure text check (failure in ('fault', 'key-gone', 'interrupted')),
      total_clients integer not null,
      done_clients integer not null default 0,
      contacts integer not null default 0,
      size bigint,
      sha256 text,
      created_by integer,
      created_at timestamptz(3) not null,
      progressed_at timestamptz(3) not null,
      finished_at timestamptz(3),
      expires_at timestamptz(3),
      primary key (tenant_id, id)
    );
    create index exports_by_date on exports (tenant_id, created_at desc, id);
    -- One at a time: a form that is sent twice makes one file.
    create unique index exports_one_at_a_time on exports (tenant_id) where status in ('waiting', 'running');
  `)
  await protect(knex, 'exports', { app: 'select, insert, update' })
}
