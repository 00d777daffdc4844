import type { Knex } from 'knex'
import { guardSealed } from '../src/platform/db/guard-sealed.ts'
import { protect } from '../src/platform/db/protect.ts'

/**
 * Public keys of security officers, to whom exports are sealed without anybody's passphrase. The public half is no secret
 * and says nothing of whose it is; what its owner calls it is sealed. A retired one stays, for whoever asks later.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table officer_keys (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      account_id integer not null,
      public_key text not null check (public_key ~ '^age1[02-9ac-hj-np-z]{58}$'),
      name_sealed bytea not null,
      created_at timestamptz(3) not null,
      retired_at timestamptz(3),
      retired_by integer,
      primary key (tenant_id, id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id)
    );
    create unique index officer_keys_in_use on officer_keys (tenant_id, public_key) where retired_at is null;
  `)
  await protect(knex, 'officer_keys', { app: 'select, insert, update' })
  await guardSealed(knex, 'officer_keys', ['name_sealed'])
}
