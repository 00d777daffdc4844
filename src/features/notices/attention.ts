import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { Notices } from './notices.ts'

/** Unread notices as things that need attention on the start page. */
export const noticeAttention =
  (notices: Pick<Notices, 'unread'>, translations: Translations) =>
  async (trx: Trx, actor: Actor, language: Language): Promise<{ kind: string; text: string; href: string }[]> => {
    const t = translations.to(language)
    const unread = await notices.unread(trx, actor)
    return unread.map(({ kind, sign, about }) => ({
      kind: sign,
      text: t(`notices:${about ? 'about' : 'kind'}.${kind}.title`, { name: about }),
      href: '/notices',
    }))
  }
