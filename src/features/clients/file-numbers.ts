import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { fileNumberKey } from '../../platform/text/file-number.ts'
import { advanceCounter, lockFileNumbers, selectTakenFileNumbers } from './queries.ts'
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
    const claims = tokens.flat().map(token => ({ token, id: nobody }))
    const taken = new Set((await selectTakenFileNumbers(trx, claims)).map(({ token }) => token))
    free.push(...numbers.filter((_, index) => !tokens[index]!.some(token => taken.has(token))))
  }
  return free
}

/**
 * Of these clients, whose file number another client has, zeros in front aside. A number with several spellings, or, while the
 * index key turns, with two tokens, is several numbers to the unique index: so whoever writes one looks for all of them, one
 * writer of a number at a time. For any other number the index alone decides, and this asks nothing. Restricted records count, as
 * they do for the index (docs/adr/0019).
 */
export const findTaken = async (
  trx: Trx,
  actor: Actor,
  sealing: Sealing,
  claims: readonly { id: string; fileNumber: string }[],
): Promise<ReadonlySet<string>> => {
  const claimed = await Promise.all(
    claims.map(async ({ id, fileNumber }) => ({
      id,
      tokens: await sealing.tokens.file(actor.tenantId, fileNumber),
      lock: (await sealing.tokens.file(actor.tenantId, fileNumberKey(fileNumber)))[0]!,
    })),
  )
  const several = claimed.filter(({ tokens }) => tokens.length > 1)
  if (several.length === 0) return new Set()
  await lockFileNumbers(
    trx,
    actor.tenantId,
    several.map(({ lock }) => lock),
  )
  const taken = await selectTakenFileNumbers(
    trx,
    several.flatMap(({ id, tokens }) => tokens.map(token => ({ token, id }))),
  )
  return new Set(taken.map(({ id }) => id))
}

/** PostgreSQL's unique_violation of the one index that a change can hit: somebody took the number at the same moment. */
export const isTakenFileNumber = (fault: unknown) => {
  const { code, constraint } = fault as { code?: string; constraint?: string }
  return code === '23505' && constraint === 'clients_file_number'
}
const nobody = '00000000-0000-0000-0000-000000000000'
