import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import { isOfficer, mayRead } from './policy.ts'
import { countOrphaned } from './queries.ts'
import type { RestrictedRecords } from './restricted-records.ts'

type Needs = { breaking: Pick<RestrictedRecords['breaking'], 'underWay'>; translations: Translations; clock: Clock }
type Thing = { kind: string; text: string; href: string }

/** On the start page: what one has open by broken glass, and for officers whom nobody sees any more. */
export const attentionOfCases =
  ({ breaking, translations, clock }: Needs) =>
  async (trx: Trx, actor: Actor, language: Language): Promise<Thing[]> => {
    if (!mayRead(actor)) return []
    const t = translations.to(language)
    const minutesLeft = (until: Date) => Math.max(1, Math.ceil((until.getTime() - clock().getTime()) / 60_000))
    const [underWay, orphaned] = await Promise.all([
      breaking.underWay(trx, actor),
      isOfficer(actor) ? countOrphaned(trx) : 0,
    ])
    const own = underWay.map(({ client_id, ends_at }) => ({
      kind: 'warning',
      text: t('restricted-records:attention.underWay', { count: minutesLeft(ends_at) }),
      href: `/clients/${client_id ?? ''}/card`,
    }))
    const nobody = {
      kind: 'danger',
      text: t('restricted-records:attention.orphaned', { count: orphaned }),
      href: '/restricted-records',
    }
    return [...(orphaned > 0 ? [nobody] : []), ...own]
  }
