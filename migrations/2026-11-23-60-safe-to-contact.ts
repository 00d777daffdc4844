import type { Knex } from 'knex'
import { guardSealed } from '../src/platform/db/guard-sealed.ts'
import { protect } from '../src/platform/db/protect.ts'

/**
 * What the emergency card stands on. `last_confirmed_on` and `wrong_number` repeat, in the clear, what a sealed profile says, so
 * that overdue confirmations are counted without opening every contact; both are null until the row has been opened once.
 * `calls` is a log: rows are added and never changed, but for their seal when keys turn.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table tenants
      add column time_zone text not null default 'Europe/Warsaw',
      add column confirm_months integer not null default 6 check (confirm_months between 1 and 24),
      add column sheet_days integer not null default 30 check (sheet_days between 1 and 366);

    alter table emergency_contacts add column last_confirmed_on date, add column wrong_number boolean;
    create index emergency_contacts_confirmation on emergency_contacts (tenant_id, last_confirmed_on nulls first);
    create index emergency_contacts_wrong on emergency_contacts (tenant_id) where wrong_number is not false;
    alter table clients add column wrong_number boolean not null default false;
    create index clients_wrong_number on clients (tenant_id) where wrong_number;

    create table calls (
      tenant_id uuid not null references tenants,
      id uuid not null,
      client_id uuid not null,
      contact_id uuid,
      outcome text not null check (outcome in ('reached', 'no-answer', 'voicemail', 'wrong-number')),
      call_sealed bytea not null,
      at timestamptz not null,
      by integer,
      primary key (tenant_id, id),
      foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade
    );
    create index calls_of_client on calls (tenant_id, client_id, at desc);

    create table client_groups (
      tenant_id uuid not null references tenants,
      id uuid not null,
      name_sealed bytea not null,
      created_at timestamptz not null,
      created_by integer,
      primary key (tenant_id, id)
    );

    create table client_group_members (
      tenant_id uuid not null references tenants,
      group_id uuid not null,
      client_id uuid not null,
      primary key (tenant_id, group_id, client_id),
      foreign key (tenant_id, group_id) references client_groups (tenant_id, id) on delete cascade,
      foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade
    );
    create index client_group_members_client on client_group_members (tenant_id, client_id);
  `)
  await protect(knex, 'calls', { app: 'select, insert, update (call_sealed)' })
  await protect(knex, 'client_groups', { app: 'select, insert, update, delete' })
  await protect(knex, 'client_group_members', { app: 'select, insert, delete' })
  await guardSealed(knex, 'calls', ['call_sealed'])
  await guardSealed(knex, 'client_groups', ['name_sealed'])
}
