import { installationId, systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import { hasControls } from '../../platform/text/control.ts'
import type { Asking } from './asking.ts'
import type { PasswordLinks } from './password-links.ts'
import { findAccounts, findLinkByHash, lockLink, type LinkRow } from './queries.ts'
import { readToken } from './token.ts'

type AccountKey = { tenantId: string; accountId: number }
type Refused<Rule> = { ok: false; problems: string[]; rules: Rule[] }
type Chosen<Rule> = { ok: true; login: string } | Refused<Rule>
type Prepared<NewPassword, Rule> = { ok: true; password: NewPassword } | Refused<Rule>
type Needs<NewPassword, Rule> = {
  db: Db
  unscoped: Unscoped
  clock: Clock
  links: PasswordLinks
  asking: Asking
  /** Every token an address may stand under: two while the key turns. */
  emailTokens: (email: string) => Promise<string[]>
  mailboxOf: (account: AccountKey) => Promise<{ email: string } | null>
  /** Checks and hashes a password, which takes its time; then it can be set. */
  preparePassword: (actor: Actor, password: string) => Promise<Prepared<NewPassword, Rule>>
  choosePassword: (trx: Trx, actor: Actor, password: NewPassword) => Promise<string>
  passwordRules: (tenantId: string) => Promise<Rule[]>
  endSession: (account: AccountKey, because: 'password') => Promise<unknown>
  /** The browser in which the owner proved the mailbox is one where they may sign in undisturbed. */
  rememberDevice: (trx: Trx, account: AccountKey, device: string) => Promise<unknown>
}

/** However the question ends, its answer takes this long: longer than any of the ways. */
const answerMs = 400

export const createPasswordResets = <NewPassword, Rule>(needs: Needs<NewPassword, Rule>) => {
  const { db, unscoped, clock, links, asking } = needs

  const findUsable = async (token: unknown): Promise<(LinkRow & { tenantId: string }) | null> => {
    const read = readToken(token)
    if (!read) return null
    const link = await db.asTenant(read, trx => findLinkByHash(trx, read.hash))
    return link && isUsable(link, clock()) ? { ...link, tenantId: read.tenantId } : null
  }

  const sendLinks = async (name: string) => {
    const emailTokens = await needs.emailTokens(name)
    const found = hasControls(name)
      ? []
      : await unscoped.read(trx => findAccounts(trx, name.toLowerCase(), emailTokens))
    if (found.length === 0)
      await db.asTenant({ tenantId: installationId }, trx =>
        record(trx, systemActor(installationId), 'password-link.refused'),
      )
    for (const { tenant_id: tenantId, account_id: accountId } of found) {
      const mayHave =
        (await needs.mailboxOf({ tenantId, accountId })) !== null && (await asking.mayAsk({ tenantId, accountId }))
      await db.asTenant({ tenantId }, async trx => {
        if (mayHave) await links.ask(trx, tenantId, accountId, 'reset')
        await record(trx, systemActor(tenantId), mayHave ? 'password-link.asked' : 'password-link.refused', accountId)
      })
    }
  }

  return {
    /**
     * Mails a link to whoever has this login or e-mail address; says nothing of whether anybody has.
     * @returns seconds to wait where too much was asked from this address, else 0
     */
    ask: async (name: string, address: string): Promise<number> => {
      const seconds = await asking.begin(address)
      if (seconds > 0) return seconds
      await Promise.all([sendLinks(name), new Promise(resolve => setTimeout(resolve, answerMs))])
      return 0
    },

    /** What the form behind a link must say: what is asked of a password; null for a link that no longer works. */
    open: async (token: unknown): Promise<{ rules: Rule[] } | null> => {
      const link = await findUsable(token)
      return link && { rules: await needs.passwordRules(link.tenantId) }
    },

    /**
     * Sets the password chosen behind a link, uses up every link of the account and ends its session.
     * @returns null for a link that no longer works
     */
    choose: async (token: unknown, password: string, device: string): Promise<Chosen<Rule> | null> => {
      const link = await findUsable(token)
      if (!link) return null
      const account = { tenantId: link.tenantId, accountId: link.account_id }
      const actor: Actor = { ...account, roles: [] }
      const prepared = await needs.preparePassword(actor, password)
      if (!prepared.ok) return prepared
      return db.asTenant(account, async trx => {
        const locked = await lockLink(trx, link.id)
        if (!locked?.token_hash?.equals(link.token_hash ?? Buffer.alloc(0)) || !isUsable(locked, clock())) return null
        const login = await needs.choosePassword(trx, actor, prepared.password)
        await needs.rememberDevice(trx, account, device)
        // Before the commit: where the session can't be ended the link stays good, so that one can try again.
        await needs.endSession(account, 'password')
        return { ok: true, login }
      })
    },
  }
}
export type PasswordResets = ReturnType<typeof createPasswordResets>

const isUsable = (link: LinkRow, now: Date) => link.expires_at !== null && link.expires_at > now
