import type { Knex } from 'knex'
import type { Actor } from '../actor.ts'

/**
 * The only door to tenant tables: `asTenant` runs `work` in one transaction that can see only the actor's tenant.
 * Row-level security reads `app.tenant_id`, which ends with the transaction.
 */
export const createDb = (knex: Knex) => ({
  asTenant: <T>(actor: Pick<Actor, 'tenantId'>, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> =>
    knex.transaction(async trx => {
      await trx.raw(`select set_config('app.tenant_id', ?, true)`, [actor.tenantId])
      return work(trx)
    }),
  close: () => knex.destroy(),
})

export type Db = ReturnType<typeof createDb>
export type Trx = Knex.Transaction
