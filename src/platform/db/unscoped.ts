import type { Knex } from 'knex'
import type { TransactionSettings } from './dialect.ts'

const readOnly: TransactionSettings = { first: 'set transaction read only' }

/** What may be known before the tenant is: only the rows that the role `ostoja_signin` is granted. */
export const createUnscoped = (knex: Knex) => ({
  read: <T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T> => knex.transaction(work, readOnly),
  close: () => knex.destroy(),
})

export type Unscoped = ReturnType<typeof createUnscoped>
