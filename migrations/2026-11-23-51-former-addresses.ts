import type { Knex } from 'knex'
import { guardSealed } from '../src/platform/db/guard-sealed.ts'
import { protect } from '../src/platform/db/protect.ts'

/** Where mail to an account went before its address was changed: until that mailbox has been told, a day at most. */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table former_addresses (
      tenant_id uuid not null,
      id uuid not null,
      account_id integer not null,
      mailbox_sealed bytea not null,
      created_at timestamptz not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );
    create index former_addresses_age on former_addresses (tenant_id, created_at);
  `)
  await protect(knex, 'former_addresses', { app: 'select, insert, update, delete' })
  await guardSealed(knex, 'former_addresses', ['mailbox_sealed'])
}
