import type { Knex } from 'knex'

/**
 * What an export is made as and for whom. `sealed_to` holds ids of officers' keys. `opening_code_hash` is of a code that
 * only the opened export shows: typed in, it proves that somebody could open it (`proved_at`).
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table exports
      add column format text not null default 'viewer' check (format in ('viewer', 'fhir', 'csv', 'vcard')),
      add column language text not null default 'pl' check (language in ('pl', 'en')),
      add column for_passphrase boolean not null default true,
      add column sealed_to jsonb not null default '[]',
      add column opening_code_hash bytea,
      add column proved_at timestamptz(3),
      add column proved_by integer;
  `)
}
