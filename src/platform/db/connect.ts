import knex, { type Knex } from 'knex'
import pg from 'pg'
import { PipelinedPostgres } from './dialect.ts'

/** Dates without a time of day stay the text that was stored ('1983-11-14'): a Date would shift them by the time zone. */
const keepDatesAsText = () => pg.types.setTypeParser(pg.types.builtins.DATE, text => text)

/**
 * A pool of connections for one login. A statement goes out without waiting for the answer to the one before it.
 * @param url postgres:// URL of the login
 * @param most the most connections held at once
 */
export const connect = (url: string, most = 10): Knex => {
  keepDatesAsText()
  return knex({
    client: PipelinedPostgres as unknown as typeof Knex.Client,
    connection: { connectionString: url, application_name: 'ostoja', pipeline: true } as Knex.PgConnectionConfig,
    pool: { min: 0, max: most },
  })
}
