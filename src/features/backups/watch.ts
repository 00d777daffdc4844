import { installationId, systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { writeLetter } from '../../platform/mail/letter.ts'
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
 * queue of mail is the worker's.
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

  const tell = async ({ wrong, why, provenAt }: BackupState) => {
    log.error({ wrong, why, provenAt }, 'backups need an operator')
    if (!mailer) return 0
    const people = await operators()
    const sent = await Promise.allSettled(
      people.map(({ email, language }) => {
        const t = translations.to(language)
        const what = wrong.map(each => t(`backups:wrong.${each}`)).join(' ')
        return mailer.send(email, writeLetter(t, language, 'backup', mailer.linkTo('/'), { what }))
      }),
    )
    const told = sent.filter(({ status }) => status === 'fulfilled').length
    // Where one mailbox refuses, the others have been told; where none took it, it is tried again in a minute.
    const refused = sent.find(result => result.status === 'rejected')
    if (told === 0 && refused) throw refused.reason
    return told
  }

  return {
    state,

    /** Looks, and tells if it is time to. @returns the state that was seen */
    watch: async (): Promise<BackupState> => {
      const seen = await state()
      if (seen.right) {
        await db.asTenant(realm, forgetWrong)
        return seen
      }
      const now = clock()
      const since = await claim(now)
      if (!since) return seen
      try {
        const told = await tell(seen)
        await db.asTenant(realm, async trx => {
          await noteTold(trx, now)
          await record(trx, realm, 'backup.warned', undefined, { wrong: seen.wrong, told })
        })
      } catch (fault) {
        await db.asTenant(realm, trx => noteTold(trx, null)).catch(() => undefined)
        throw fault
      }
      return seen
    },
  }
}
