import type { Knex } from 'knex'

/** What an administrator decides about signing in, beside the auto-logout time that is there since the first migration. */
export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table tenants
      add column if not exists password_minimum integer not null default 8 check (password_minimum between 8 and 64),
      add column second_sign_in text not null default 'block' check (second_sign_in in ('block', 'take-over')),
      add column remember_me boolean not null default false;
  `)
}
