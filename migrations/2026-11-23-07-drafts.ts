import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/**
 * What somebody typed into a form and has not saved yet. In the clear stand only addresses of pages, which hold ids.
 * `page_id` is the page it was typed on, each opening of which has its own; `id` names one form of it.
 * `set_aside_at`: its owner signed out by choice, so signing in again leads elsewhere.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table drafts (
      tenant_id uuid not null references tenants,
      id uuid not null,
      page_id uuid not null,
      account_id integer not null,
      page text not null check (length(page) <= 500),
      action text not null check (length(action) <= 500),
      fields_sealed bytea not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      set_aside_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );
    create index drafts_account on drafts (tenant_id, account_id, updated_at desc);
    create index drafts_age on drafts (tenant_id, updated_at);
  `)
  await protect(knex, 'drafts', { app: 'select, insert, update, delete' })
}
