import { installationId } from '../../platform/actor.ts'
import { writeLetter } from '../../platform/mail/letter.ts'
import type { Needs } from './needs.ts'
import { claimTelling, releaseTelling } from './queries.ts'

/** A little less than a day, so that "each day" does not slip by a minute each day. */
const againAfterMs = (24 * 60 - 5) * 60_000

/** Letters about the chain: numbers and a hash, nothing of what was logged. */
export const createLetters = ({ db, clock, mailer, translations, operators, mailboxOf }: Needs) => ({
  /** That something is wrong with the log; once a day. */
  tellOperators: async (): Promise<void> => {
    if (!mailer) return
    const now = clock()
    const before = new Date(now.getTime() - againAfterMs)
    if (!(await db.asTenant({ tenantId: installationId }, trx => claimTelling(trx, now, before)))) return
    const sent = await Promise.allSettled(
      (await operators()).map(({ email, language }) =>
        mailer.send(email, writeLetter(translations.to(language), language, 'chain', mailer.linkTo('/'))),
      ),
    )
    const refused = sent.find(result => result.status === 'rejected')
    if (!refused || sent.some(({ status }) => status === 'fulfilled')) return
    // The next attempt tells; a day is too long for this to stay unknown.
    await db.asTenant({ tenantId: installationId }, releaseTelling)
    throw refused.reason
  },

  /** Where a chain ends, for somebody to keep. */
  sendCheckpoint: async (
    account: { tenantId: string; accountId: number },
    { code, events, at }: { code: string; events: number; at: Date },
  ): Promise<void> => {
    const mailbox = mailer && (await mailboxOf(account))
    if (!mailbox) return
    const { email, language } = mailbox
    const values = { code, events: String(events), at: at.toISOString().slice(0, 16).replace('T', ' ') }
    const t = translations.to(language)
    await mailer.send(email, writeLetter(t, language, 'checkpoint', mailer.linkTo('/'), values))
  },
})
