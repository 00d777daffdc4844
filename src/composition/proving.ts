import { record } from '../platform/audit/record.ts'
import type { Actor } from '../platform/actor.ts'
import type { Db } from '../platform/db/tenant.ts'

type Attempt = { login: string; address: string; device: string | null }
export type ProvingNeeds = {
  db: Db
  isRight: (actor: Actor, password: string) => Promise<boolean>
  attempts: { begin: (attempt: Attempt) => Promise<number>; forget: (attempt: Attempt) => Promise<void> }
}
type Typed = { password: string; login: string; address: string }

/**
 * Asks for the password once more. Whoever sits at a screen that was left must not guess faster than at the sign-in page.
 * @param refusal what a wrong one is called in the log
 */
export const createProving =
  (
    { db, isRight, attempts }: ProvingNeeds,
    refusal: 'attachment.save-refused' | 'backup.fetch-refused' | 'mail-key.refused',
  ) =>
  async (actor: Actor, { password, login, address }: Typed) => {
    const attempt = { login, address, device: null }
    const seconds = await attempts.begin(attempt)
    if (seconds > 0) return { outcome: 'slow-down', seconds } as const
    if (await isRight(actor, password)) {
      await attempts.forget(attempt)
      return { outcome: 'right' } as const
    }
    await db.asTenant(actor, trx => record(trx, actor, refusal, actor.accountId ?? undefined))
    return { outcome: 'wrong' } as const
  }
