import { installationId } from '../../platform/actor.ts'
import { sayMoments } from '../../platform/i18n/moments.ts'
import { withdraw } from '../../platform/jobs/jobs.ts'
import { writeLetter } from '../../platform/mail/letter.ts'
import type { Mailer } from '../../platform/mail/mailer.ts'
import { leaveToQueue, sendToEach, type OperatorMailbox } from '../../platform/mail/send-to-each.ts'
import type { Needs } from './needs.ts'
import { claimTelling, releaseTelling } from './queries.ts'

/** A little less than a day, so that "each day" does not slip by a minute each day. */
const againAfterMs = (24 * 60 - 5) * 60_000

/** Letters about the chain: numbers and a hash, nothing of what was logged. */
export const createLetters = ({ db, clock, mailer, translations, operators, mailboxOf, timeZoneOf }: Needs) => {
  const realm = { tenantId: installationId }
  const warn = (to: OperatorMailbox, { send, linkTo }: Mailer) =>
    send(to, writeLetter(translations.to(to.language), to.language, 'chain', linkTo))

  return {
    /** That something is wrong with the log; once a day. Who could not be told has one letter in the queue: the newest. */
    tellOperators: async (): Promise<void> => {
      if (!mailer) return
      const now = clock()
      const before = new Date(now.getTime() - againAfterMs)
      if (!(await db.asTenant(realm, trx => claimTelling(trx, now, before)))) return
      try {
        const { refused } = await sendToEach(await operators(), to => warn(to, mailer))
        await db.asTenant(realm, trx => leaveToQueue(trx, 'mail.chain', refused))
      } catch (fault) {
        // The next attempt tells; a day is too long for this to stay unknown.
        await db.asTenant(realm, releaseTelling)
        throw fault
      }
    },

    /** The job that tells one operator whose mailbox refused before. */
    mailWarning: async ({ accountId }: { accountId: number }): Promise<void> => {
      const to = (await operators()).find(operator => operator.accountId === accountId)
      if (to && mailer) await warn(to, mailer)
    },

    /** The log is right: whoever has not heard that it was not need not hear it now. */
    withdrawWarnings: () => db.asTenant(realm, trx => withdraw(trx, 'mail.chain')),

    /** Where a chain ends, for somebody to keep. */
    sendCheckpoint: async (
      account: { tenantId: string; accountId: number },
      { code, events, at }: { code: string; events: number; at: Date },
    ): Promise<void> => {
      const mailbox = mailer && (await mailboxOf(account))
      if (!mailbox) return
      const { email, language } = mailbox
      const moments = sayMoments(language, await timeZoneOf(account.tenantId))
      const values = { code, events: String(events), at: moments.zoned(at) }
      const t = translations.to(language)
      await mailer.send({ ...account, email }, writeLetter(t, language, 'checkpoint', mailer.linkTo, values))
    },
  }
}
