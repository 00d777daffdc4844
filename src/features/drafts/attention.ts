import type { Actor } from '../../platform/actor.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { Drafts } from './drafts.ts'

/** What one has typed and not saved, as a thing that needs attention on the start page. */
export const draftAttention =
  (drafts: Pick<Drafts, 'offers'>, translations: Translations) => async (actor: Actor, language: Language) => {
    const { length: count } = await drafts.offers(actor)
    return count === 0
      ? []
      : [{ kind: 'info', text: translations.to(language)('drafts:attention', { count }), href: '/drafts' }]
  }
