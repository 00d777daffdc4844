import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { Exports } from './exports.ts'

type Needs = { exports: Pick<Exports, 'made' | 'plans'>; translations: Translations; clock: Clock }

const dayMs = 24 * 60 * 60_000
/** Tells security officers that there is no fresh export, on the start page. */
export const exportAttention =
  ({ exports, translations, clock }: Needs) =>
  async (trx: Trx, actor: Actor, language: Language) => {
    if (!actor.roles.includes('security_officer')) return []
    const t = translations.to(language)
    const { last } = await exports.made(trx)
    const days = last && Math.floor((clock().getTime() - last.getTime()) / dayMs)
    if (days === null) return [{ kind: 'warning', text: t('exports:attention.never'), href: '/exports/new' }]
    const { freshDays } = await exports.plans.within(trx)
    return days < freshDays
      ? []
      : [
          {
            kind: days < 2 * freshDays ? 'warning' : 'danger',
            text: t('exports:attention.stale', { count: days }),
            href: '/exports/new',
          },
        ]
  }
