import { installationId, systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { withdraw } from '../../platform/jobs/jobs.ts'
import { writeLetter } from '../../platform/mail/letter.ts'
import type { Mailer } from '../../platform/mail/mailer.ts'
import { leaveToQueue, sendToEach, type OperatorMailbox } from '../../platform/mail/send-to-each.ts'
import type { Needs } from './needs.ts'
import { claimTelling, forgetWrong, installedAt, noteTold, noteWrong, selectBackups } from './queries.ts'
import { stateOf, type BackupState } from './state.ts'

const dayMs = 24 * 60 * 60_000
/** A little less, so that "each day" does not slip by a minute each day. */
const againAfterMs = dayMs - 5 * 60_000
const tellingMs = 5 * 60_000

/**
 * Sees to it that the operators hear when something is wrong, and again each day until it is mended. Every process does, web
 * and worker alike, and one of them tells: a dead worker is noticed by those who serve pages. It mails by itself, since the
 * queue of mail is the worker's; only what one of several mailboxes refuses is left to that.
 */
export const createWatch = ({ db, clock, log, settings, mailer, translations, operators }: Needs) => {
  const realm = systemActor(installationId)

  const state = (): Promise<BackupState> =>
    db.asTenant(realm, async trx => {
      const now = clock()
      const rows = await selectBackups(trx)
      return stateOf(rows, { now, installedAt: (await installedAt(trx)) ?? now, drill: settings.drill })
    })

  /** Null: nobody has to be told now. */
  const claim = (now: Date): Promise<Date | null> =>
    db.asTenant(realm, async trx => {
      const since = await noteWrong(trx, now)
      const [until, before] = [now.getTime() + tellingMs, now.getTime() - againAfterMs]
      return (await claimTelling(trx, now, new Date(until), new Date(before))) ? since : null
    })

  const write = ({ wrong }: BackupState, to: OperatorMailbox, { send, linkTo }: Mailer) => {
    const t = translations.to(to.language)
    const what = wrong.map(each => t(`backups:wrong.${each}`)).join(' ')
    return send(to, writeLetter(t, to.language, 'backup', linkTo, { what }))
  }

  const tell = async (seen: BackupState) => {
    const { wrong, why, provenAt } = seen
    log.error({ wrong, why, provenAt }, 'backups need an operator')
    if (!mailer) return { told: 0, refused: [] }
    return sendToEach(await operators(), to => write(seen, to, mailer))
  }

  return {
    state,

    /** Looks, and tells if it is time to. @returns the state that was seen */
    watch: async (): Promise<BackupState> => {
      const seen = await state()
      if (seen.right) {
        await db.asTenant(realm, async trx => {
          if ((await forgetWrong(trx)) > 0) await withdraw(trx, 'mail.backup')
        })
        return seen
      }
      const now = clock()
      const since = await claim(now)
      if (!since) return seen
      try {
        const { told, refused } = await tell(seen)
        await db.asTenant(realm, async trx => {
          await noteTold(trx, now)
          await leaveToQueue(trx, 'mail.backup', refused)
          await record(trx, realm, 'backup.warned', undefined, { wrong: seen.wrong, told, refused: refused.length })
        })
      } catch (fault) {
        await db.asTenant(realm, trx => noteTold(trx, null)).catch(() => undefined)
        throw fault
      }
      return seen
    },

    /** The job that tells one operator whose mailbox refused before, of what is wrong now. */
    mailWarning: async ({ accountId }: { accountId: number }): Promise<void> => {
      const seen = await state()
      const to = (await operators()).find(operator => operator.accountId === accountId)
      if (!seen.right && to && mailer) await write(seen, to, mailer)
    },
  }
}
