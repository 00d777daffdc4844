import type { Knex } from 'knex'
import { installationId } from '../src/platform/actor.ts'
import { protect } from '../src/platform/db/protect.ts'

export const up = async (knex: Knex) => {
  await knex.raw(`
    create table tenants (
      id uuid primary key default gen_random_uuid(),
      name text not null check (length(name) between 1 and 200),
      language text not null default 'pl' check (language in ('pl', 'en')),
      status text not null default 'active' check (status in ('active', 'suspended')),
      auto_logout_minutes integer not null default 10 check (auto_logout_minutes between 1 and 480),
      created_at timestamptz not null default now()
    );
    alter table tenants enable row level security;
    alter table tenants force row level security;
    create policy tenants_own_tenant on tenants
      using (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
      with check (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
    create policy tenants_before_sign_in on tenants for select to ostoja_signin using (true);
    grant select, insert, update on tenants to ostoja_app;
    grant select on tenants to ostoja_signin, ostoja_backup;
    grant select on migrations, migrations_lock to ostoja_app, ostoja_backup;

    create sequence tenant_key_id as integer;
    create table tenant_keys (
      tenant_id uuid not null references tenants,
      id integer not null,
      purpose text not null check (purpose in ('data', 'index')),
      current boolean not null,
      root_key_id text not null,
      wrapped bytea not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, id)
    );
    create unique index tenant_keys_current on tenant_keys (tenant_id, purpose) where current;
    grant usage on sequence tenant_key_id to ostoja_app;

    create sequence account_id as integer;
    create table accounts (
      tenant_id uuid not null references tenants,
      id integer not null,
      login text not null,
      roles text[] not null check (cardinality(roles) > 0 and roles <@ array['staff', 'administrator', 'security_officer', 'operator']),
      language text not null check (language in ('pl', 'en')),
      status text not null default 'active' check (status in ('active', 'deactivated')),
      profile_sealed bytea not null,
      password_sealed bytea not null,
      created_at timestamptz not null default now(),
      last_sign_in_at timestamptz,
      primary key (tenant_id, id),
      check (('operator' = any (roles)) = (tenant_id = '${installationId}'))
    );
    create unique index accounts_login on accounts (tenant_id, lower(login));
    grant usage on sequence account_id to ostoja_app;

    create table logins (
      tenant_id uuid not null,
      login_key text not null,
      account_id integer not null,
      primary key (tenant_id, login_key),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id)
    );
    create index logins_key on logins (login_key);

    create table audit_events (
      tenant_id uuid not null references tenants,
      id bigint generated always as identity,
      at timestamptz not null default now(),
      action text not null,
      account_id integer,
      subject_id text,
      detail jsonb not null default '{}',
      primary key (tenant_id, id)
    );
    create index audit_events_subject on audit_events (tenant_id, subject_id, id desc);
    create index audit_events_account on audit_events (tenant_id, account_id, id desc);
  `)
  await protect(knex, 'tenant_keys', { app: 'select, insert, update, delete' })
  await protect(knex, 'accounts', { app: 'select, insert, update' })
  await protect(knex, 'logins', { app: 'select, insert', signin: 'select' })
  await protect(knex, 'audit_events', { app: 'select, insert' })
  await knex.raw(`create policy logins_before_sign_in on logins for select to ostoja_signin using (true)`)
}
