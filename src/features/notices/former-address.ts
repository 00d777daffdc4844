import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { writeLetter } from '../../platform/mail/letter.ts'
import { ContentsGone } from '../../platform/mail/mail-fault.ts'
import type { Mailer } from '../../platform/mail/mailer.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { deleteFormerAddress, deleteFormerAddressesBefore, findFormerAddress, insertFormerAddress } from './queries.ts'

type AccountKey = { tenantId: string; accountId: number }
type Mailbox = { email: string; language: Language }
/** `askedAt`: when, in milliseconds; jobs of an older version do not say. */
type Job = { tenantId: string; formerId: string; askedAt?: number }
type Needs = { db: Db; vault: Vault; clock: Clock; translations: Translations; mailer: Mailer | null }

/** Longer than the queue goes on trying to send a letter. */
const keptMs = 24 * 60 * 60_000

/**
 * Tells the address that mail to an account went to before: whoever changes it to their own shall not be the only one who
 * hears of it. The queue gets an id; the address stands sealed in a row of its own until the letter is sent.
 */
export const createFormerAddresses = ({ db, vault, clock, translations, mailer }: Needs) => {
  const place = (tenant: string, row: string) => ({ tenant, column: 'former_addresses.mailbox_sealed', row }) as const

  return {
    tellFormerAddress: async (trx: Trx, { tenantId, accountId }: AccountKey, former: Mailbox) => {
      if (!mailer) return
      const id = randomUUID()
      await insertFormerAddress(trx, {
        tenant_id: tenantId,
        id,
        account_id: accountId,
        mailbox_sealed: await vault.seal(former, place(tenantId, id)),
        created_at: clock(),
      })
      await enqueue(trx, 'mail.former-address', { tenantId, formerId: id, askedAt: clock().getTime() })
    },

    /**
     * The job that mails it, and then forgets the address.
     * @throws ContentsGone where the address is forgotten already, as it is when somebody tries again after a day
     */
    mailFormerAddress: async ({ tenantId, formerId, askedAt = 0 }: Job) => {
      const row = await db.asTenant({ tenantId }, trx => findFormerAddress(trx, formerId))
      if (!row && clock().getTime() - askedAt >= keptMs) throw new ContentsGone()
      if (!row || !mailer) return
      const { email, language } = await vault.open<Mailbox>(row.mailbox_sealed, place(tenantId, formerId))
      const letter = writeLetter(translations.to(language), language, 'moved', mailer.linkTo)
      await mailer.send({ tenantId, accountId: row.account_id, email }, letter)
      await db.asTenant({ tenantId }, trx => deleteFormerAddress(trx, formerId))
    },

    /** Forgets addresses that no letter could be sent to. */
    sweep: async (actor: Actor): Promise<void> => {
      const before = new Date(clock().getTime() - keptMs)
      await db.asTenant(actor, trx => deleteFormerAddressesBefore(trx, before))
    },
  }
}
