import knex, { type Knex } from 'knex'
import pg from 'pg'
import { PipelinedPostgres } from './dialect.ts'
import { usualPatience, watchServer, type Patience } from './watch.ts'

/** Whoever waits longer for one of the connections is told that too much is going on. */
const longestQueueMs = 20_000

/** Dates without a time of day stay the text that was stored ('1983-11-14'): a Date would shift them by the time zone. */
const keepDatesAsText = () => pg.types.setTypeParser(pg.types.builtins.DATE, text => text)

/**
 * A pool of connections for one login. A statement goes out without waiting for the answer to the one before it. Where the server
 * is gone, statements fail within seconds (platform/outage.ts knows that error), and go through again when it is back.
 * @param url postgres:// URL of the login
 * @param most the most connections held at once
 * @param patience how long the server may be silent
 */
export const connect = (url: string, most = 10, patience: Patience = usualPatience): Knex => {
  keepDatesAsText()
  return knex({
    client: PipelinedPostgres as unknown as typeof Knex.Client,
    connection: {
      connectionString: url,
      application_name: 'ostoja',
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: patience.answerMs,
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: most },
    // What fails is logged by the request that it failed for; knex would print it past the log.
    log: { warn: () => undefined },
    acquireConnectionTimeout: longestQueueMs,
    watch: watchServer(url, patience),
  } as Knex.Config)
}
