import type { Translate } from '../../platform/i18n/translations.ts'
import { sayMoments } from '../../platform/i18n/moments.ts'
import { casesIn, type LogEvent } from './event.ts'

type Speech = { t: Translate; language: 'pl' | 'en'; timeZone: string }
export type SaidEvent = {
  id: string
  when: string
  what: string
  who: string
  accountId: number | null
  about: string | null
  clients: LogEvent['clients']
  more: string | null
  unnamed: string | null
  facts: string[]
  /** Ids of the cases under which it was done, past a restriction: there stands why. */
  cases: readonly string[]
  place: string | null
}

/** How pages tell events, in the reader's language and the organisation's time. */
export const sayingEvents = ({ t, language, timeZone }: Speech) => {
  const moments = sayMoments(language, timeZone)
  return (event: LogEvent): SaidEvent => ({
    id: event.id,
    when: moments.precise(event.at),
    what: sayAction(t, event.action),
    who: event.account?.name ?? t(isByStranger(event.action) ? 'audit-log:stranger' : 'audit-log:program'),
    accountId: event.account?.id ?? null,
    about: event.about?.name ?? null,
    clients: event.clients,
    more: event.more > 0 ? t('audit-log:more', { count: event.more }) : null,
    unnamed: event.unnamed > 0 ? t('audit-log:unnamed', { count: event.unnamed }) : null,
    facts: factsOf(t, event),
    cases: casesIn(event),
    place: event.place && [event.place.address, event.place.browser].filter(Boolean).join(' · '),
  })
}

/** A plain sentence for what was done; of an action that a later version wrote, its own name. */
export const sayAction = (t: Translate, action: string): string =>
  t(`audit-log:action.${action}`, { defaultValue: t('audit-log:unknown', { action }) })

/** Before somebody is signed in, nobody knows who it was. */
const isByStranger = (action: string) => /^(sign-in|password-link)\./.test(action)

/** What an event says besides who and what, as far as there are words for it. */
const factsOf = (t: Translate, { detail }: LogEvent): string[] =>
  Object.entries(detail).flatMap(([name, value]) => {
    if (name === 'cases' && Array.isArray(value)) return [t('audit-log:fact.emergency')]
    if (typeof value === 'number') return known(t, `audit-log:fact.${name}`, { count: value })
    const [before, after] = typeof value === 'string' ? value.split(' -> ') : []
    if (after === undefined) return []
    return known(t, `audit-log:changed.${name}`, {}).map(
      label => `${label}: ${sayValue(t, before!)} → ${sayValue(t, after)}`,
    )
  })

const known = (t: Translate, key: string, values: object): string[] => {
  const text = t(key, { ...values, defaultValue: '' })
  return text ? [text] : []
}

const sayValue = (t: Translate, value: string) =>
  value === 'true' ? t('audit-log:yes') : value === 'false' ? t('audit-log:no') : value
