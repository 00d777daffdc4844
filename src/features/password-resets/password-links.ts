import { systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { writeLetter } from '../../platform/mail/letter.ts'
import { ContentsGone } from '../../platform/mail/mail-fault.ts'
import type { Mailer } from '../../platform/mail/mailer.ts'
import { deleteDeadLinks, forgetUnsent, insertLink, lockLink, updateLink, type Purpose } from './queries.ts'
import { makeToken } from './token.ts'

type AccountKey = { tenantId: string; accountId: number }
/** `askedAt`: when, in milliseconds; jobs of an older version do not say. */
type Job = { tenantId: string; linkId: string; askedAt?: number }
type Needs = {
  db: Db
  clock: Clock
  translations: Translations
  mailer: Mailer | null
  mailboxOf: (account: AccountKey) => Promise<{ email: string; language: Language } | null>
}

const minute = 60_000
/** Longer than the queue goes on trying to send a letter. */
const unsentMs = 24 * 60 * minute
const lastingMs = { reset: 30 * minute, first: 7 * 24 * 60 * minute } satisfies Record<Purpose, number>

/** Links by which an owner chooses a password: asked for in one transaction, made and mailed by a job. */
export const createPasswordLinks = ({ db, clock, translations, mailer, mailboxOf }: Needs) => ({
  ask: async (trx: Trx, tenantId: string, accountId: number, purpose: Purpose) => {
    const now = clock()
    const linkId = await insertLink(trx, { tenant_id: tenantId, account_id: accountId, purpose, created_at: now })
    await enqueue(trx, 'mail.password-link', { tenantId, linkId, askedAt: now.getTime() })
  },

  /**
   * The job that mails a link. The secret is made here, so that it never stands in the queue; a second attempt makes another
   * and the first no longer works. One that could not be sent counts as never made, so that it waits for its next attempt.
   * @throws ContentsGone where the link is forgotten already, as it is when somebody tries again after a day
   */
  mail: async ({ tenantId, linkId, askedAt = 0 }: Job) => {
    const link = await db.asTenant({ tenantId }, trx => lockLink(trx, linkId))
    if (!link && clock().getTime() - askedAt >= unsentMs) throw new ContentsGone()
    if (!link || !mailer) return
    const account = { tenantId, accountId: link.account_id }
    const mailbox = await mailboxOf(account)
    if (!mailbox) return

    const { token, hash } = makeToken(tenantId)
    const expiresAt = new Date(clock().getTime() + lastingMs[link.purpose])
    await db.asTenant({ tenantId }, async trx => {
      await updateLink(trx, linkId, { token_hash: hash, expires_at: expiresAt })
      await record(trx, systemActor(tenantId), 'password-link.sent', link.account_id, { purpose: link.purpose })
    })
    const t = translations.to(mailbox.language)
    const letter = writeLetter(t, mailbox.language, link.purpose, mailer.linkTo, { token })
    await mailer.send({ ...account, email: mailbox.email }, letter).catch(async (fault: unknown) => {
      await db.asTenant({ tenantId }, trx => forgetUnsent(trx, linkId, hash))
      throw fault
    })
  },

  /** Forgets links that no longer work. */
  sweep: (actor: Actor): Promise<number> => {
    const now = clock()
    return db.asTenant(actor, trx => deleteDeadLinks(trx, now, new Date(now.getTime() - unsentMs)))
  },
})
export type PasswordLinks = ReturnType<typeof createPasswordLinks>
