import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { fileNumberKey } from '../../platform/text/file-number.ts'
import { advanceCounter, lockFileNumbers, selectByFileNumber, selectTakenFileNumbers } from './queries.ts'
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
    const taken = new Set(await selectTakenFileNumbers(trx, tokens.flat()))
    free.push(...numbers.filter((_, index) => !tokens[index]!.some(token => taken.has(token))))
  }
  return free
}

/**
 * Of these clients, whose file number another client has, zeros in front aside. A number with several spellings, or, while the
 * index key turns, with two tokens, is several numbers to the unique index: so whoever writes one looks for all of them, one
 * writer of a number at a time. For any other number the index alone decides, and this asks nothing.
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
  const rows = await selectByFileNumber(
    trx,
    several.flatMap(({ tokens }) => tokens),
  )
  const takenFrom = ({ id, tokens }: (typeof several)[number]) =>
    rows.some(row => row.id !== id && tokens.includes(row.file_number_token))
  return new Set(several.filter(takenFrom).map(({ id }) => id))
}

/** PostgreSQL's unique_violation of the one index that a change can hit: somebody took the number at the same moment. */
export const isTakenFileNumber = (fault: unknown) => {
  const { code, constraint } = fault as { code?: string; constraint?: string }
  return code === '23505' && constraint === 'clients_file_number'
}
