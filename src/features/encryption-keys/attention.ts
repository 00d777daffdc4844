import type { Actor } from '../../platform/actor.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { KeyDesk } from './desk.ts'

/** Keys that are older than they should be. */
export const keyAttention =
  (desk: Pick<KeyDesk, 'overview'>, translations: Translations) => async (_actor: Actor, language: Language) => {
    const t = translations.to(language)
    const { rings, files } = await desk.overview()
    const late = [
      ...(rings.data.overdue ? ['data'] : []),
      ...(rings.index.overdue ? ['index'] : []),
      ...(files.root.overdue ? ['root'] : []),
      ...(files.pepper.overdue ? ['pepper'] : []),
    ]
    return late.map(kind => ({ kind: 'warning', text: t(`encryption-keys:attention.${kind}`), href: '/keys' }))
  }
