import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { Drafts } from './drafts.ts'

/** What one has typed and not saved, as a thing that needs attention on the start page. */
export const draftAttention =
  (drafts: Pick<Drafts, 'count'>, translations: Translations) => async (trx: Trx, actor: Actor, language: Language) => {
    const count = await drafts.count(trx, actor)
    return count === 0
      ? []
      : [{ kind: 'info', text: translations.to(language)('drafts:attention', { count }), href: '/drafts' }]
  }
