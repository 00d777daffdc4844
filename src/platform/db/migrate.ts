import { readdir } from 'node:fs/promises'
import type { Knex } from 'knex'
import { connect } from './connect.ts'

type Migration = { up: (knex: Knex) => Promise<void> }

const folder = new URL('../../../migrations/', import.meta.url)

/** Names are kept without the file ending, so that a change of ending never looks like a new migration. */
const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () =>
    (await readdir(folder))
      .filter(file => file.endsWith('.ts'))
      .map(file => file.slice(0, -3))
      .sort(),
  getMigrationName: name => name,
  getMigration: async name => {
    const { up } = (await import(new URL(`${name}.ts`, folder).href)) as Migration
    return { up, down: () => Promise.reject(new Error('Migrations are append-only: write a new one.')) }
  },
}

const settings = { migrationSource, tableName: 'migrations' }

/**
 * Brings the database to the newest migration, as its owner. Safe to run twice or from two machines at once.
 * @param ownerUrl postgres:// URL of the login that owns the tables
 * @returns the names of the migrations that were applied now
 */
export const migrate = async (ownerUrl: string): Promise<string[]> => {
  const knex = connect(ownerUrl, 2)
  try {
    const [, applied] = (await knex.migrate.latest(settings)) as [number, string[]]
    await prepareQueue(knex, ownerUrl)
    return applied
  } finally {
    await knex.destroy()
  }
}

/** The queue's own tables, which the library versions itself; payloads hold ids only, so every tenant's jobs stand together. */
const prepareQueue = async (knex: Knex, ownerUrl: string) => {
  const { runMigrations } = await import('graphile-worker')
  await runMigrations({ connectionString: ownerUrl })
  await knex.raw(`
    grant usage on schema graphile_worker to ostoja_app, ostoja_backup;
    grant select, insert, update, delete on all tables in schema graphile_worker to ostoja_app;
    grant usage on all sequences in schema graphile_worker to ostoja_app;
    grant select on all tables in schema graphile_worker to ostoja_backup;
    grant select on all sequences in schema public, graphile_worker to ostoja_backup;
    do $$
    declare queue_table text;
    begin
      for queue_table in select tablename from pg_tables where schemaname = 'graphile_worker' and rowsecurity loop
        execute format('drop policy if exists ostoja_app on graphile_worker.%I', queue_table);
        execute format('create policy ostoja_app on graphile_worker.%I to ostoja_app using (true) with check (true)', queue_table);
      end loop;
    end $$;
  `)
}

/** Every migration that this version knows. */
export const knownMigrations = (): Promise<string[]> => migrationSource.getMigrations([])

/** The migrations that the code knows and the database lacks. */
export const pendingMigrations = async (knex: Knex): Promise<string[]> => {
  const applied = new Set<string>((await knex('migrations').select('name')).map((row: { name: string }) => row.name))
  return (await migrationSource.getMigrations([])).filter(name => !applied.has(name))
}
