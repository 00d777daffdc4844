import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { advanceCounter, selectTakenFileNumbers } from './queries.ts'
import type { Sealing } from './sealing.ts'

/**
 * The next file numbers of a tenant: 000001 and on, without those that somebody has given by hand. A number is never given
 * out twice; a transaction that fails leaves no gap, for it holds the counter until it ends.
 */
export const takeFileNumbers = async (trx: Trx, actor: Actor, sealing: Sealing, count: number): Promise<string[]> => {
  const free: string[] = []
  while (free.length < count) {
    const wanted = count - free.length
    const last = await advanceCounter(trx, actor.tenantId, wanted)
    const numbers = Array.from({ length: wanted }, (_, index) => String(last - wanted + 1 + index).padStart(6, '0'))
    const tokens = await Promise.all(numbers.map(number => sealing.tokens.file(actor.tenantId, number)))
    const taken = new Set(await selectTakenFileNumbers(trx, tokens))
    free.push(...numbers.filter((_, index) => !taken.has(tokens[index]!)))
  }
  return free
}
