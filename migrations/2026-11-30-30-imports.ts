import type { Knex } from 'knex'

/**
 * Rows that seem to be about a client, but not surely: a person decides what becomes of each. `decision` is what was decided;
 * a row without one is not imported.
 */
export const up = (knex: Knex) =>
  knex.raw(`
    alter table import_rows
      drop constraint import_rows_outcome_check,
      add constraint import_rows_outcome_check
        check (outcome in ('unknown', 'new', 'changed', 'unchanged', 'refused', 'undecided')),
      add column decision text check (decision in ('keep', 'replace', 'new'));
  `)
