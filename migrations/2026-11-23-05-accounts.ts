import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table tenants
      add column if not exists password_minimum integer not null default 8 check (password_minimum between 8 and 64);

    alter table accounts
      add column must_change_password boolean not null default false,
      add column password_changed_at timestamptz,
      add column revision integer not null default 1,
      add column created_by integer,
      add column form_id uuid,
      add column reset_form_id uuid,
      add column deactivated_at timestamptz;
    create unique index accounts_form on accounts (tenant_id, form_id) where form_id is not null;

    create table account_emails (
      tenant_id uuid not null,
      account_id integer not null,
      email_token bigint not null,
      primary key (tenant_id, account_id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id)
    );
    create index account_emails_token on account_emails (email_token);

    create table known_devices (
      tenant_id uuid not null,
      account_id integer not null,
      device text not null,
      last_used_at timestamptz not null,
      primary key (tenant_id, account_id, device),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id)
    );

    create table sign_ins (
      tenant_id uuid not null,
      id uuid not null default gen_random_uuid(),
      account_id integer not null,
      at timestamptz not null,
      seen_sealed bytea not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id)
    );
    create index sign_ins_account on sign_ins (tenant_id, account_id, at desc);
    create index sign_ins_at on sign_ins (tenant_id, at);

    create table password_links (
      tenant_id uuid not null,
      id uuid not null default gen_random_uuid(),
      account_id integer not null,
      purpose text not null check (purpose in ('reset', 'first')),
      token_hash bytea,
      created_at timestamptz not null,
      expires_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id)
    );
    create index password_links_token on password_links (tenant_id, token_hash);
    create index password_links_account on password_links (tenant_id, account_id);

    create table notices (
      tenant_id uuid not null,
      id uuid not null default gen_random_uuid(),
      account_id integer not null,
      kind text not null,
      detail jsonb not null default '{}',
      created_at timestamptz not null,
      read_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id)
    );
    create index notices_account on notices (tenant_id, account_id, created_at desc);
  `)
  await protect(knex, 'account_emails', { app: 'select, insert, update, delete', signin: 'select' })
  await protect(knex, 'known_devices', { app: 'select, insert, update, delete' })
  await protect(knex, 'sign_ins', { app: 'select, insert, delete' })
  await protect(knex, 'password_links', { app: 'select, insert, update, delete' })
  await protect(knex, 'notices', { app: 'select, insert, update, delete' })
  await knex.raw(
    `create policy account_emails_before_sign_in on account_emails for select to ostoja_signin using (true)`,
  )
}
