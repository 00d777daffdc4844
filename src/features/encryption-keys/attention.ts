import type { Actor } from '../../platform/actor.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { KeyDesk } from './desk.ts'

/** Keys that are older than they should be. */
export const keyAttention =
  (desk: Pick<KeyDesk, 'overview'>, translations: Translations) => async (_actor: Actor, language: Language) => {
    const t = translations.to(language)
    const { rings, files } = await desk.overview()
    const late = (['data', 'index'] as const).filter(purpose => rings[purpose].overdue)
    const due = (['root', 'pepper'] as const).flatMap(kind => {
      const { due: standing, prepared } = files[kind]
      if (standing === 'later') return []
      return standing === 'soon' ? [`${kind}Soon`] : prepared ? [`${kind}Unturned`] : [kind]
    })
    return [...late, ...due].map(what => ({
      kind: 'warning',
      text: t(`encryption-keys:attention.${what}`),
      href: '/keys',
    }))
  }
