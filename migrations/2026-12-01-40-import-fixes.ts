import type { Knex } from 'knex'

/**
 * Refused rows are fixed in the page or left out. The fixed cells are sealed with their row in `row_sealed`; beside it stand only
 * the places of their columns.
 */
export const up = (knex: Knex) =>
  knex.raw(`
    alter table import_rows
      drop constraint import_rows_outcome_check,
      add constraint import_rows_outcome_check
        check (outcome in ('unknown', 'new', 'changed', 'unchanged', 'refused', 'undecided', 'left-out')),
      add column left_out boolean not null default false,
      add column fixed_columns integer[] not null default '{}';
    create index import_rows_fixed on import_rows (tenant_id, import_id) where fixed_columns <> '{}';
  `)
