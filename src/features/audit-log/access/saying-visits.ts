import type { Language, Translate } from '../../../platform/i18n/translations.ts'
import type { Visit, Visits } from './access.ts'
import { sayMoments } from '../../../platform/i18n/moments.ts'

export type SaidVisit = { day: string; time: string; who: string; what: string; emergency: string | null }
export type SaidVisits = {
  title: string
  about: string
  intro: string
  headings: { when: string; who: string; what: string }
  visits: SaidVisit[]
  none: string
  cut: string | null
  foot: string
}

/** The list that a client is given, in the words and the language of the client. */
export const sayVisits = (t: Translate, language: Language, visits: Visits, printedBy: string): SaidVisits => {
  const moments = sayMoments(language, visits.timeZone)
  const say = ({ first, last, way, emergency, name, roles, times }: Visit): SaidVisit => ({
    day: moments.day(first),
    time: `${moments.span(first, last)} ${moments.zone(last)}`,
    who: [name, roleIn(t, roles)].filter(Boolean).join(', '),
    what: t(`audit-log:way.${way}`) + (times > 1 ? ` (${t('audit-log:times', { count: times })})` : ''),
    emergency: emergency ? t('audit-log:wayEmergency') : null,
  })
  return {
    title: t('audit-log:visits.title'),
    about: t('audit-log:visits.about', { name: visits.name }),
    intro: t('audit-log:visits.intro', { organisation: visits.organisation }),
    headings: {
      when: t('audit-log:visits.when'),
      who: t('audit-log:visits.who'),
      what: t('audit-log:visits.what'),
    },
    visits: visits.visits.map(say),
    none: t('audit-log:visits.none'),
    cut: visits.cut ? t('audit-log:visits.cut') : null,
    foot: t('audit-log:visits.foot', {
      when: moments.zoned(visits.at),
      name: printedBy,
      organisation: visits.organisation,
    }),
  }
}

/** The role that a client knows somebody by: the one nearest to them. */
const roleIn = (t: Translate, roles: Visit['roles']): string => {
  const role = (['staff', 'security_officer', 'administrator'] as const).find(each => roles.includes(each))
  return t(`audit-log:visitor.${role ?? 'formerly'}`)
}
