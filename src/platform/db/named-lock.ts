import type { Trx } from './tenant.ts'

/** One after the other: whoever locks the same name waits until this transaction ends, on every machine. */
export const lockName = (trx: Trx, name: string) =>
  trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [name])
