import type { Knex } from 'knex'

/**
 * An upper-case letter, a digit and a special character are asked of passwords of every length. An organisation may allow
 * passphrases of 15 or more characters without them (docs/adr/0003-passphrases-without-composition.md).
 */
export const up = (knex: Knex) =>
  knex.raw(`alter table tenants add column if not exists passphrases boolean not null default false`)
