import type { Actor } from '../../../platform/actor.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import type { Language, Translations } from '../../../platform/i18n/translations.ts'
import type { Unusual } from './unusual.ts'

type Needs = { unusual: Pick<Unusual, 'countOpen'>; translations: Translations }

/** Tells security officers on the start page that something unusual waits to be looked at. */
export const unusualAttention =
  ({ unusual, translations }: Needs) =>
  async (trx: Trx, actor: Actor, language: Language) => {
    if (!actor.roles.includes('security_officer')) return []
    const count = await unusual.countOpen(trx)
    if (count === 0) return []
    const key = count > 99 ? 'audit-log:attention.many' : 'audit-log:attention.some'
    return [{ kind: 'warning', text: translations.to(language)(key, { count }), href: '/log/unusual' }]
  }
