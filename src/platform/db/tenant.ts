import type { Knex } from 'knex'
import type { Actor } from '../actor.ts'
import { sendAtOnce, type TransactionSettings } from './dialect.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const underWay = new WeakMap<Knex.Transaction, Promise<unknown>[]>()

type Reading = (trx: Knex.Transaction) => Promise<unknown>

/**
 * The only door to tenant tables: `asTenant` runs `work` in one transaction that can see only the actor's tenant.
 * Row-level security reads `app.tenant_id`, which ends with the transaction.
 */
export const createDb = (knex: Knex) => {
  const waiting = new WeakMap<object, Reading[]>()

  const asTenant = async <T>(
    actor: Pick<Actor, 'tenantId'>,
    work: (trx: Knex.Transaction) => Promise<T>,
  ): Promise<T> => {
    const { tenantId } = actor
    if (!uuid.test(tenantId)) throw new Error('a tenant is named by a uuid')
    const sent: Promise<unknown>[] = []
    const settings: TransactionSettings = { first: `set local app.tenant_id = '${tenantId}'` }
    try {
      const result = await knex.transaction(async trx => {
        underWay.set(trx, sent)
        const beside = (waiting.get(actor) ?? []).map(read => read(trx))
        waiting.delete(actor)
        const done = await work(trx)
        await Promise.all(beside)
        return done
      }, settings)
      await Promise.all(sent)
      return result
    } catch (fault) {
      await Promise.all(sent) // where one of these failed, it is why the others did
      throw fault
    }
  }

  return {
    asTenant,

    /**
     * Reads in the next transaction that this very actor (the object, as a request has one) opens, so that what a page
     * needs beside its own costs no transaction more.
     * @returns gives what was read; where no transaction has come by then, it opens one
     */
    alongside: <T>(actor: Pick<Actor, 'tenantId'>, read: (trx: Knex.Transaction) => Promise<T>): (() => Promise<T>) => {
      let reading: Promise<T> | undefined
      const begin = (trx: Knex.Transaction) => {
        reading = read(trx).then(answer => answer)
        return reading.catch(() => undefined) // whoever asks for it is told
      }
      waiting.set(actor, [...(waiting.get(actor) ?? []), begin])
      return () => reading ?? asTenant(actor, () => reading!)
    },

    close: () => knex.destroy(),
  }
}

export type Db = ReturnType<typeof createDb>
export type Trx = Knex.Transaction

/**
 * Sends a statement whose answer nobody needs to wait for: it is part of the transaction, takes effect before whatever is
 * sent later, and where it fails the whole transaction does.
 */
export const sendAlong = async (trx: Trx, sql: string, bindings: readonly unknown[]): Promise<void> => {
  const sending = sendAtOnce(trx, sql, bindings)
  const sent = underWay.get(trx)
  if (!sent) {
    await sending
    return
  }
  sending.catch(() => undefined) // asTenant tells of it
  sent.push(sending)
}
