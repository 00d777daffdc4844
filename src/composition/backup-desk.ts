import { backupAttention, backupRoutes } from '../features/backup-desk/index.ts'
import type { Backups } from '../features/backups/index.ts'
import type { Translations } from '../platform/i18n/translations.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import { createProving, type ProvingNeeds } from './proving.ts'

type Given = ProvingNeeds & {
  backups: Backups
  translations: Translations
  metrics: Metrics
}

/** Backups as operators meet them: pages, what is wrong on the start page, and ages for Prometheus. */
export const createBackupDesk = ({ backups, translations, metrics, ...given }: Given) => {
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
    routes: backupRoutes({ backups, prove: createProving(given, 'backup.fetch-refused') }),
    attention: backupAttention(backups, translations),
  }
}
