import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Knex } from 'knex'
import type { Watch } from './watch.ts'

type Connection = {
  __knex__disposed?: unknown
  connection: { stream: { cork: () => void; uncork: () => void; destroy: (why: Error) => void } }
}
type Statement = { sql: string; bindings?: readonly unknown[]; options?: object }
type Transaction = {
  trxClient: object
  begin: (connection: Connection) => Promise<unknown>
  query: (connection: Connection, sql: string) => Promise<unknown>
}
interface Driver {
  /** As given to knex; a transaction's driver has that of the pool. */
  config: { watch: Watch }
  acquireRawConnection(): Promise<Connection>
  destroy(done?: () => void): Promise<void>
  _query(connection: Connection, statement: Statement): Promise<unknown>
  transaction(...args: unknown[]): Transaction
}
/** What a transaction may be given beside knex's own settings: statements that go out in one message with its beginning. */
export type TransactionSettings = Knex.TransactionConfig & { first?: string }

/** Statements differ by their texts, and a text with a row of values for each thing written is a new one each time. */
const mostNamed = 1000
const longestNamed = 4000
const mostBindings = 24

const names = new Map<string, string>()
const connections = new WeakMap<object, Connection>()

const nameOf = (sql: string): string | undefined => {
  const known = names.get(sql)
  if (known || names.size >= mostNamed) return known
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 20)
  names.set(sql, name)
  return name
}

// Knex gives types to its front only; what is declared above is all that is used of what lies behind.
const Postgres = createRequire(import.meta.url)('knex/lib/dialects/postgres/index.js') as new (
  ...args: unknown[]
) => Driver

/**
 * PostgreSQL as knex speaks it, with fewer waits and less planning:
 * - a statement is planned once a connection (prepared by a name that stands for its text), not once a use;
 * - what is asked in one breath leaves in one piece;
 * - a transaction's beginning is not waited for: what follows goes out behind it. Were it to fail, no tenant would be
 *   set, and row-level security lets nothing through;
 * - it is noticed when the server is gone (watch.ts).
 */
export class PipelinedPostgres extends Postgres {
  override async _query(connection: Connection, statement: Statement) {
    const { sql, bindings = [], options } = statement
    const named = bindings.length > 0 && bindings.length <= mostBindings && sql.length <= longestNamed
    const name = named && !options ? nameOf(sql) : undefined
    const { stream } = connection.connection
    this.config.watch.check()
    const over = this.config.watch.asked(connection)
    stream.cork()
    process.nextTick(() => stream.uncork())
    try {
      const answer = await super._query(connection, name ? Object.assign(statement, { options: { name } }) : statement)
      over(true)
      return answer
    } catch (fault) {
      // A migration changed what a prepared statement gives: PostgreSQL asks for it to be prepared anew.
      const { code } = fault as { code?: string }
      over(code !== undefined && 'severity' in (fault as object))
      if (code === '0A000' || code === '26000') Object.assign(connection, { __knex__disposed: fault })
      throw fault
    }
  }

  override async acquireRawConnection() {
    this.config.watch.check()
    return super.acquireRawConnection()
  }

  override async destroy(done?: () => void) {
    this.config.watch.close()
    return super.destroy(done)
  }

  override transaction(...args: unknown[]) {
    const transaction = super.transaction(...args)
    const { first } = (args[1] ?? {}) as TransactionSettings
    if (first)
      transaction.begin = async connection => {
        connections.set(transaction.trxClient, connection)
        void transaction.query(connection, `begin; ${first}`)
      }
    return transaction
  }
}

type Answer = { rows: unknown[] }

/**
 * Sends a statement at once, past all that knex does to build one; what the transaction sends later, its end included, comes
 * behind it. Bindings read `?`.
 */
export const sendAtOnce = async (trx: Knex.Transaction, sql: string, bindings: readonly unknown[]): Promise<Answer> => {
  const client = trx.client as {
    query: (connection: Connection, statement: Statement) => Promise<{ response: Answer }>
  }
  const connection = connections.get(client)
  if (!connection) return trx.raw<Answer>(sql, bindings as never)
  const { response } = await client.query(connection, { sql, bindings })
  return response
}
