import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import { isOfficer, mayRead } from './policy.ts'
import { countOrphaned, countUnjudged } from './queries.ts'
import type { RestrictedRecords } from './restricted-records.ts'

type Needs = { breaking: Pick<RestrictedRecords['breaking'], 'underWay'>; translations: Translations; clock: Clock }
type Thing = { kind: string; text: string; href: string }

/** On the start page: what one has open by broken glass, and for officers what waits for a judgement. */
export const attentionOfCases =
  ({ breaking, translations, clock }: Needs) =>
  async (trx: Trx, actor: Actor, language: Language): Promise<Thing[]> => {
    if (!mayRead(actor)) return []
    const t = translations.to(language)
    const minutesLeft = (until: Date) => Math.max(1, Math.ceil((until.getTime() - clock().getTime()) / 60_000))
    const officer = isOfficer(actor)
    const [underWay, unjudged, orphaned] = await Promise.all([
      breaking.underWay(trx, actor),
      officer ? countUnjudged(trx) : 0,
      officer ? countOrphaned(trx) : 0,
    ])
    const own = underWay.map(({ client_id, ends_at }) => ({
      kind: 'warning',
      text: t('restricted-records:attention.underWay', { count: minutesLeft(ends_at) }),
      href: `/clients/${client_id ?? ''}/card`,
    }))
    const waiting = {
      kind: 'danger',
      text: t('restricted-records:attention.unjudged', { count: unjudged }),
      href: '/break-glass/cases',
    }
    const nobody = {
      kind: 'danger',
      text: t('restricted-records:attention.orphaned', { count: orphaned }),
      href: '/restricted-records',
    }
    return [...(unjudged > 0 ? [waiting] : []), ...(orphaned > 0 ? [nobody] : []), ...own]
  }
