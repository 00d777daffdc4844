import type { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import { updateLanguage } from './queries.ts'

type Prepared<NewPassword> = { ok: true; password: NewPassword } | { ok: false; wrong: boolean; problems: string[] }
/** What the page needs of the accounts. */
type OwnPassword<NewPassword> = {
  minimumLength: (tenantId: string) => Promise<number>
  prepare: (actor: Actor, chosen: string, current: string) => Promise<Prepared<NewPassword>>
  choose: (trx: Trx, actor: Actor, password: NewPassword) => Promise<unknown>
}
type Needs<NewPassword> = { db: Db; redis: Redis; ownPassword: OwnPassword<NewPassword> }
export type Changed = { ok: true } | { ok: false; problems: Record<string, string> }

const wrongGuesses = { points: 10, duration: 15 * 60 }

/** What people do with their own account. */
export const createAccountPage = <NewPassword>({ db, redis, ownPassword }: Needs<NewPassword>) => {
  const guesses = new RateLimiterRedis({ storeClient: redis, keyPrefix: 'attempts:change', ...wrongGuesses })

  return {
    minimumLength: (actor: Actor) => ownPassword.minimumLength(actor.tenantId),

    /** Changes one's password; the old one is asked, so that a screen left open is not enough. */
    changePassword: async (actor: Actor, current: string, chosen: string): Promise<Changed> => {
      const key = `${actor.tenantId}:${actor.accountId}`
      if (!(await mayTry(guesses, key)))
        return { ok: false, problems: { currentPassword: 'account-page:problem.slowDown' } }
      const prepared = await ownPassword.prepare(actor, chosen, current)
      if (!prepared.ok && prepared.wrong)
        return { ok: false, problems: { currentPassword: 'account-page:problem.current' } }

      await guesses.delete(key)
      if (!prepared.ok) return { ok: false, problems: { password: prepared.problems.join(' ') } }
      await db.asTenant(actor, trx => ownPassword.choose(trx, actor, prepared.password))
      return { ok: true }
    },

    /** The language of one's pages and mail, from now on. */
    chooseLanguage: (actor: Actor, language: Language) =>
      db.asTenant(actor, async trx => {
        await updateLanguage(trx, actor.accountId ?? 0, language)
        await record(trx, actor, 'account.language-changed', actor.accountId ?? undefined, { language })
      }),
  }
}
export type AccountPage = ReturnType<typeof createAccountPage>

const mayTry = async (guesses: RateLimiterRedis, key: string): Promise<boolean> => {
  try {
    await guesses.consume(key)
    return true
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return false
    throw refusal
  }
}
