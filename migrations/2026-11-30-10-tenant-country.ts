import type { Knex } from 'knex'

/** Where an organisation is: numbers that are typed without a country code are of this country (ISO 3166-1). Until now all were Polish. */
export const up = async (knex: Knex) => {
  await knex.raw(`alter table tenants add column country text not null default 'PL' check (country ~ '^[A-Z]{2}$')`)
}
