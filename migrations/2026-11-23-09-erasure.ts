import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/**
 * What is left of whom or what was erased, and by which fingerprint a key is known (docs/adr/0006).
 *
 * Rows of accounts and logins may only be deleted where their organisation was closed for good. The sign-in role, which
 * sees across organisations, may read which root keys are in use and what was erased: ids, and nothing that is sealed.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table tenants
      drop constraint tenants_status_check,
      add constraint tenants_status_check check (status in ('active', 'suspended', 'closed'));

    create table erasures (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      subject_kind text not null check (subject_kind in ('client', 'tenant')),
      subject_id uuid not null,
      erased_at timestamptz(3) not null,
      erased_by integer,
      reason_sealed bytea,
      primary key (tenant_id, id),
      unique (tenant_id, subject_kind, subject_id)
    );
    create index erasures_newest on erasures (tenant_id, erased_at desc);

    create table key_fingerprints (
      tenant_id uuid not null references tenants,
      kind text not null check (kind in ('root', 'pepper')),
      key_id text not null,
      fingerprint bytea not null,
      noted_at timestamptz not null default now(),
      primary key (tenant_id, kind, key_id)
    );
  `)
  await protect(knex, 'erasures', { app: 'select, insert, update (reason_sealed)' })
  await protect(knex, 'key_fingerprints', { app: 'select, insert, delete' })
  await knex.raw(`
    grant select (tenant_id, subject_kind, subject_id, erased_at, erased_by) on erasures to ostoja_signin;
    create policy erasures_of_everybody on erasures for select to ostoja_signin using (true);
    grant select (tenant_id, root_key_id) on tenant_keys to ostoja_signin;
    create policy tenant_keys_root_in_use on tenant_keys for select to ostoja_signin using (true);

    grant delete on accounts, logins to ostoja_app;
  `)
  for (const table of ['accounts', 'logins']) {
    await knex.raw(`
      create policy ${table}_deleted_with_tenant on ${table} as restrictive for delete to ostoja_app
        using ((select status from tenants where id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) = 'closed')
    `)
  }
}
