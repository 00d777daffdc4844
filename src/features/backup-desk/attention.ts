import type { Actor } from '../../platform/actor.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { Needs } from './needs.ts'

/** What is wrong with the backups, for the operators' start page. */
export const backupAttention =
  (backups: Pick<Needs['backups'], 'state'>, translations: Translations) =>
  async (_actor: Actor, language: Language) => {
    const t = translations.to(language)
    const { wrong } = await backups.state()
    return wrong.map(what => ({ kind: 'danger', text: t(`backup-desk:wrong.${what}`), href: '/backups' }))
  }
