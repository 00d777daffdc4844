import type { Knex } from 'knex'
import { guardSealed } from '../src/platform/db/guard-sealed.ts'
import { protect } from '../src/platform/db/protect.ts'

/**
 * What turning keys needs (docs/adr/0007): since when a key is no longer the current one, which keys nothing may be
 * sealed with any more, and, in the clear, which key made a row's blind tokens and which pepper a password was mixed
 * with. `index_key` and `pepper_id` are null in rows from before they were noted: those count as another key's.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table tenant_keys add column retired_at timestamptz;

    create table closed_keys (
      tenant_id uuid not null references tenants,
      id integer not null,
      purpose text not null check (purpose in ('data', 'index')),
      -- The first five bytes of everything that was sealed with it.
      seal_header bytea not null,
      closed_at timestamptz not null default now(),
      -- Since when a scan has counted no row that is sealed or indexed with it.
      unused_since timestamptz,
      destroyed_at timestamptz,
      primary key (tenant_id, id)
    );

    alter table clients add column index_key integer;
    alter table account_emails add column index_key integer;
    alter table accounts add column pepper_id text;

    grant update (profile_sealed) on client_versions to ostoja_app;
    grant update (seen_sealed) on sign_ins to ostoja_app;
  `)
  await protect(knex, 'closed_keys', { app: 'select, insert, update, delete' })

  await guardSealed(knex, 'accounts', ['profile_sealed', 'password_sealed'])
  await guardSealed(knex, 'sign_ins', ['seen_sealed'])
  await guardSealed(knex, 'drafts', ['fields_sealed'])
  await guardSealed(knex, 'erasures', ['reason_sealed'])
  await guardSealed(knex, 'clients', ['profile_sealed'], 'index_key')
  await guardSealed(knex, 'client_versions', ['profile_sealed'])
  await guardSealed(knex, 'emergency_contacts', ['profile_sealed'])
  await guardSealed(knex, 'emergency_contact_versions', ['profile_sealed'])
  await guardSealed(knex, 'imports', ['file_sealed', 'reading_sealed'])
  await guardSealed(knex, 'import_rows', ['row_sealed'])
}
