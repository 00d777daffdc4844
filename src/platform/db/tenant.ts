import type { Knex } from 'knex'
import type { Actor } from '../actor.ts'
import { systemClock, type Clock } from '../clock.ts'
import { sendAtOnce, type TransactionSettings } from './dialect.ts'
import { noteSaving } from './saving.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const underWay = new WeakMap<Knex.Transaction, Promise<unknown>[]>()
const recorded = new WeakSet<Knex.Transaction>()

type Reading = (trx: Knex.Transaction) => Promise<unknown>
/** Whose transaction it is: without an account it is the program's own, which sees restricted records too. */
type Acting = Pick<Actor, 'tenantId'> & { accountId?: number | null }

/** What row-level security reads; it ends with the transaction. The moment is for access that ends by itself. */
const settingsOf = ({ tenantId, accountId }: Acting, clock: Clock): string => {
  if (!uuid.test(tenantId)) throw new Error('a tenant is named by a uuid')
  const program = accountId === null || accountId === undefined
  if (!program && !Number.isInteger(accountId)) throw new Error('an account is named by a whole number')
  const who = program ? 'system' : String(accountId)
  const when = program ? '' : `; set local app.now = '${clock().toISOString()}'`
  return `set local app.tenant_id = '${tenantId}'; set local app.account_id = '${who}'${when}`
}

/**
 * The only door to tenant tables: `asTenant` runs `work` in one transaction that can see only the actor's tenant, and of its
 * clients only those whose records the actor's account may see now (docs/adr/0019).
 */
export const createDb = (knex: Knex, clock: Clock = systemClock) => {
  const waiting = new WeakMap<object, Reading[]>()

  const asTenant = async <T>(actor: Acting, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> => {
    const sent: Promise<unknown>[] = []
    const settings: TransactionSettings = { first: settingsOf(actor, clock) }
    try {
      const result = await knex.transaction(async trx => {
        underWay.set(trx, sent)
        const beside = (waiting.get(actor) ?? []).map(read => read(trx))
        waiting.delete(actor)
        const done = await work(trx)
        await Promise.all(beside)
        if (recorded.has(trx)) noteSaving()
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
    alongside: <T>(actor: Acting, read: (trx: Knex.Transaction) => Promise<T>): (() => Promise<T>) => {
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

/** This transaction has an audit event: it does something that one would not do twice. */
export const noteRecorded = (trx: Trx) => recorded.add(trx)

export type Db = ReturnType<typeof createDb>
export type Trx = Knex.Transaction

/**
 * Asks in SQL, for the pages that are shown most: building a statement anew each time took longer than sending it.
 * @param bindings one for each `?`
 */
export const ask = async <Row>(trx: Trx, sql: string, bindings: readonly unknown[]): Promise<Row[]> =>
  (await sendAtOnce(trx, sql, bindings)).rows as Row[]

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
