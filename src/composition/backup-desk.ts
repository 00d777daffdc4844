import { backupAttention, backupRoutes } from '../features/backup-desk/index.ts'
import type { Backups } from '../features/backups/index.ts'
import { record } from '../platform/audit/record.ts'
import type { Actor } from '../platform/actor.ts'
import type { Db } from '../platform/db/tenant.ts'
import type { Translations } from '../platform/i18n/translations.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'

type Attempt = { login: string; address: string; device: string | null }
type Given = {
  backups: Backups
  db: Db
  translations: Translations
  metrics: Metrics
  isRight: (actor: Actor, password: string) => Promise<boolean>
  attempts: { begin: (attempt: Attempt) => Promise<number>; forget: (attempt: Attempt) => Promise<void> }
}
type Typed = { password: string; login: string; address: string }

/** Backups as operators meet them: pages, what is wrong on the start page, and ages for Prometheus. */
export const createBackupDesk = ({ backups, db, translations, metrics, isRight, attempts }: Given) => {
  /** Whoever sits at a screen that was left must not guess faster than at the sign-in page. */
  const prove = async (actor: Actor, { password, login, address }: Typed) => {
    const attempt = { login, address, device: null }
    const seconds = await attempts.begin(attempt)
    if (seconds > 0) return { outcome: 'slow-down', seconds } as const
    if (await isRight(actor, password)) {
      await attempts.forget(attempt)
      return { outcome: 'right' } as const
    }
    await db.asTenant(actor, trx => record(trx, actor, 'backup.fetch-refused', actor.accountId ?? undefined))
    return { outcome: 'wrong' } as const
  }

  metrics.add({
    name: 'ostoja_backup_age_seconds',
    help: 'Age of the newest backup, and of the newest proof that one restores.',
    labels: ['kind'],
    ask: async () => {
      const { madeAt, provenAt } = await backups.state()
      const age = (at: Date) => (Date.now() - at.getTime()) / 1000
      return [
        ...(madeAt ? [{ labels: { kind: 'made' }, value: age(madeAt) }] : []),
        ...(provenAt ? [{ labels: { kind: 'proven' }, value: age(provenAt) }] : []),
      ]
    },
  })
  metrics.add({
    name: 'ostoja_backup_right',
    help: '1 where nothing is wrong with the backups, 0 where one is missing, failed, unproven or old.',
    ask: async () => [{ value: (await backups.state()).right ? 1 : 0 }],
  })

  const store = async () => {
    await backups.store.list()
    return { health: 'right' } as const
  }

  return {
    probes: { store },
    routes: backupRoutes({ backups, prove }),
    attention: backupAttention(backups, translations),
  }
}
