import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/**
 * `rank` 1 is called first; its uniqueness is deferrable so that one statement can reorder all contacts of a client.
 * A version that was replaced or removed moves, sealed for its new place, to emergency_contact_versions, which refers to
 * the client and not to the contact: what was removed stays known until the client goes.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table emergency_contacts (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      client_id uuid not null,
      rank integer not null check (rank >= 1),
      version integer not null default 1,
      profile_sealed bytea not null,
      created_at timestamptz not null,
      created_by integer,
      updated_at timestamptz not null,
      updated_by integer,
      primary key (tenant_id, id),
      foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade,
      constraint emergency_contacts_rank unique (tenant_id, client_id, rank) deferrable initially immediate
    );

    create table emergency_contact_versions (
      tenant_id uuid not null references tenants,
      contact_id uuid not null,
      version integer not null,
      client_id uuid not null,
      profile_sealed bytea not null,
      made_at timestamptz not null,
      made_by integer,
      ended_at timestamptz not null,
      ended_by integer,
      ended_as text not null check (ended_as in ('amended', 'confirmed', 'removed')),
      primary key (tenant_id, contact_id, version),
      foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade
    );
    create index emergency_contact_versions_client on emergency_contact_versions (tenant_id, client_id);
  `)
  await protect(knex, 'emergency_contacts', { app: 'select, insert, update, delete' })
  // Of a kept version only the seal may be renewed, when keys turn.
  await protect(knex, 'emergency_contact_versions', { app: 'select, insert, update (profile_sealed)' })
}
