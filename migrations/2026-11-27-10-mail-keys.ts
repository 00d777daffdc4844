import type { Knex } from 'knex'
import { guardSealed } from '../src/platform/db/guard-sealed.ts'
import { protect } from '../src/platform/db/protect.ts'

/**
 * `mail_keys`: the OpenPGP key or S/MIME certificate that letters to somebody are encrypted to. It says their name and address, so all of
 * it is sealed. `mail_signing_keys`: what the installation signs letters with, one of each kind, in the realm of the installation.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table mail_keys (
      tenant_id uuid not null,
      account_id integer not null,
      key_sealed bytea not null,
      changed_at timestamptz(3) not null,
      primary key (tenant_id, account_id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );
    create table mail_signing_keys (
      tenant_id uuid not null references tenants,
      kind text not null check (kind in ('openpgp', 'smime')),
      pair_sealed bytea not null,
      made_at timestamptz(3) not null,
      primary key (tenant_id, kind)
    );
  `)
  await protect(knex, 'mail_keys', { app: 'select, insert, update, delete' })
  await guardSealed(knex, 'mail_keys', ['key_sealed'])
  await protect(knex, 'mail_signing_keys', { app: 'select, insert, update' })
  await guardSealed(knex, 'mail_signing_keys', ['pair_sealed'])
}
