import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/**
 * What operators announce to everybody, in both languages; it belongs to their realm. It is shown before anybody signs in, so
 * the sign-in role may read it. And what the desk shows of keys without seeing one: since when each is there, and whether it
 * is still in use.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table announcements (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      kind text not null check (kind in ('info', 'warning', 'danger')),
      text_pl text not null check (length(text_pl) between 1 and 500),
      text_en text not null check (length(text_en) between 1 and 500),
      dismissible boolean not null,
      starts_at timestamptz(3) not null,
      ends_at timestamptz(3) not null check (ends_at > starts_at),
      created_by integer,
      created_at timestamptz(3) not null,
      primary key (tenant_id, id)
    );
    create index announcements_until on announcements (tenant_id, ends_at);
  `)
  await protect(knex, 'announcements', { app: 'select, insert, update, delete' })
  await knex.raw(`
    grant select (id, kind, text_pl, text_en, dismissible, starts_at, ends_at) on announcements to ostoja_signin;
    create policy announcements_for_everybody on announcements for select to ostoja_signin using (true);

    grant select (id, purpose, current, created_at, retired_at) on tenant_keys to ostoja_signin;
    grant select (tenant_id, id, unused_since) on closed_keys to ostoja_signin;
    create policy closed_keys_in_use on closed_keys for select to ostoja_signin using (true);
  `)
}
