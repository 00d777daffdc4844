import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import { asleepBefore, practiceDue } from './due.ts'
import type { OrganisationFacts } from './facts.ts'
import type { Readiness } from './readiness.ts'

type Needs = { facts: OrganisationFacts; translations: Translations; clock: Clock }
type Thing = { kind: string; text: string; href: string }

/**
 * On the start page, to those who can mend it: what reminders are sent of, as it stands now. How old the last export is and
 * which contacts wait, their own features say there.
 */
export const readinessAttention = ({ facts, translations, clock }: Needs) => {
  const practice = async (trx: Trx, now: Date) => {
    const [made, lastDrill] = await Promise.all([facts.exportsMade(trx), facts.lastDrill(trx)])
    return practiceDue({ ...made, lastDrill }, now)
  }

  return async (trx: Trx, actor: Actor, language: Language): Promise<Thing[]> => {
    const t = translations.to(language)
    const now = clock()
    const is = (role: Actor['roles'][number]) => actor.roles.includes(role)
    const [due, sleeping] = await Promise.all([
      is('security_officer') ? practice(trx, now) : [],
      is('administrator') || is('operator') ? facts.sleepingAccounts(trx, asleepBefore(now)) : 0,
    ])
    const [asleep, href] = is('operator') ? ['operators-asleep', '/readiness'] : ['accounts-asleep', '/accounts']
    return [
      ...due.map(each => ({ text: t(`readiness:attention.${each}`), href: pages[each] ?? '/readiness' })),
      ...(sleeping > 0 ? [{ text: t(`readiness:attention.${asleep}`, { count: sleeping }), href }] : []),
    ].map(thing => ({ ...thing, kind: 'warning' }))
  }
}
const pages: Record<string, string> = { 'proof-due': '/exports/proofs', 'drill-due': '/drills' }

/**
 * For the operators' desk: every part of the readiness page that is bad, so that the desk is never calm where that page is not.
 * Where another part of the desk tells of the same page already, once is enough.
 */
export const badSigns =
  ({ of }: Pick<Readiness, 'of'>, translations: Translations) =>
  async (actor: Actor, language: Language, told: readonly { href: string | null }[]): Promise<Thing[]> => {
    const t = translations.to(language)
    const bad = (await of(actor)).filter(({ state }) => state === 'bad')
    return bad
      .map(({ name, variant, values, href }) => ({
        kind: 'danger',
        href: href ?? '/readiness',
        text:
          Object.keys(values).length === 0
            ? t(`readiness:${name}.${variant}`)
            : t('readiness:attention.bad', { title: t(`readiness:${name}.title`) }),
      }))
      .filter(({ href }) => !told.some(thing => thing.href === href))
  }
