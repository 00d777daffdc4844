import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import { updateLanguage } from './queries.ts'

type Prepared<NewPassword, Rule> =
  { ok: true; password: NewPassword } | { ok: false; wrong: boolean; problems: string[]; rules: Rule[] }
/** What the page needs of the accounts. */
type OwnPassword<NewPassword, Rule> = {
  rules: (tenantId: string) => Promise<Rule[]>
  prepare: (actor: Actor, chosen: string, current: string) => Promise<Prepared<NewPassword, Rule>>
  choose: (trx: Trx, actor: Actor, password: NewPassword) => Promise<unknown>
}
type Tried = { outcome: 'right' } | { outcome: 'wrong' } | { outcome: 'slow-down'; seconds: number; problem: string }
type Needs<NewPassword, Rule> = {
  db: Db
  ownPassword: OwnPassword<NewPassword, Rule>
  /** Counts the wrong tries of the password that one has. */
  ownTries: (actor: Actor, look: () => Promise<boolean>) => Promise<Tried>
}
/** `seconds`: after how many the next guess is welcome, after too many. */
export type Changed<Rule> =
  { ok: true } | { ok: false; problems: Record<string, string>; rules?: Rule[]; seconds?: number }

/** What people do with their own account. */
export const createAccountPage = <NewPassword, Rule>({ db, ownPassword, ownTries }: Needs<NewPassword, Rule>) => {
  /** @throws SessionOver after too many wrong tries of the current one */
  const prepare = async (actor: Actor, current: string, chosen: string) => {
    let prepared: Prepared<NewPassword, Rule> | undefined
    const tried = await ownTries(actor, async () => {
      prepared = await ownPassword.prepare(actor, chosen, current)
      if (prepared.ok || !prepared.wrong) return true
      await db.asTenant(actor, trx => record(trx, actor, 'account.password-refused', actor.accountId ?? undefined))
      return false
    })
    return { tried, prepared: prepared! }
  }

  return {
    /** What is asked of a new password, rule by rule. */
    passwordRules: (actor: Actor) => ownPassword.rules(actor.tenantId),

    /**
     * Changes one's password; the old one is asked, so that a screen left open is not enough.
     * @throws SessionOver after too many wrong tries of the old one
     */
    changePassword: async (actor: Actor, current: string, chosen: string): Promise<Changed<Rule>> => {
      const { tried, prepared } = await prepare(actor, current, chosen)
      if (tried.outcome === 'slow-down')
        return { ok: false, problems: { currentPassword: tried.problem }, seconds: tried.seconds }
      if (tried.outcome === 'wrong') return { ok: false, problems: { currentPassword: 'account-page:problem.current' } }
      if (!prepared.ok) return { ok: false, problems: { password: prepared.problems.join(' ') }, rules: prepared.rules }
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
