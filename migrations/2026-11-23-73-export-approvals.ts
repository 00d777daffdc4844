import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/**
 * Hidden addresses leave the record only by the wish of one security officer and the consent of another. A consent is for
 * the one who asked, for one export, until `expires_at`.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table export_approvals (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      status text not null default 'waiting' check (status in ('waiting', 'approved', 'refused', 'used')),
      asked_by integer not null,
      asked_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      decided_by integer,
      decided_at timestamptz(3),
      primary key (tenant_id, id),
      foreign key (tenant_id, asked_by) references accounts (tenant_id, id),
      foreign key (tenant_id, decided_by) references accounts (tenant_id, id),
      check (decided_by <> asked_by),
      check ((decided_by is null) = (status = 'waiting'))
    );
    create index export_approvals_by_date on export_approvals (tenant_id, asked_at desc, id);
    alter table exports add column with_hidden boolean not null default false;
  `)
  await protect(knex, 'export_approvals', { app: 'select, insert, update, delete' })
}
