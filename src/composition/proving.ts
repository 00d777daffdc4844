import { record } from '../platform/audit/record.ts'
import type { Actor } from '../platform/actor.ts'
import type { OwnTries, Tried } from '../features/sign-in/index.ts'
import type { Db } from '../platform/db/tenant.ts'

export type ProvingNeeds = {
  db: Db
  isRight: (actor: Actor, password: string) => Promise<boolean>
  ownTries: OwnTries
}

/**
 * Asks for the password once more. Whoever sits at a screen that was left has no more tries than src/features/sign-in/own-tries.ts lets.
 * @param refusal what a wrong one is called in the log
 * @throws SessionOver after too many wrong ones
 */
export const createProving =
  (
    { db, isRight, ownTries }: ProvingNeeds,
    refusal: 'account.password-refused' | 'attachment.save-refused' | 'backup.fetch-refused' | 'mail-key.refused',
  ) =>
  (actor: Actor, { password }: { password: string }): Promise<Tried> =>
    ownTries(actor, async () => {
      const right = await isRight(actor, password)
      if (!right) await db.asTenant(actor, trx => record(trx, actor, refusal, actor.accountId ?? undefined))
      return right
    })

type EndingNeeds = {
  db: Db
  end: (account: { tenantId: string; accountId: number }, because: 'guessed') => Promise<boolean>
}

/** Ends the session in which somebody has guessed too often. Of tries at the same moment, one ends it and is on record. */
export const createGuessedSessionEnding =
  ({ db, end }: EndingNeeds) =>
  (actor: Actor) =>
    db.asTenant(actor, async trx => {
      const accountId = actor.accountId ?? 0
      if (await end({ tenantId: actor.tenantId, accountId }, 'guessed'))
        await record(trx, actor, 'session.guessed', accountId)
    })
