import { dateFormat } from '../../platform/i18n/date-format.ts'
import type { Language, Translate } from '../../platform/i18n/translations.ts'
import type { KeptWish } from './schema.ts'

type Speech = { t: Translate; language: Language; people: readonly { id: number; name: string }[] }

/** What a search asks for, as its form names it; nothing where everything is meant. */
export const sayWish = (
  { t, language, people }: Speech,
  { accountId, group, client, from, to, place }: KeptWish,
): { term: string; text: string }[] => {
  // A day is a day wherever one reads it.
  const days = dateFormat(language, { dateStyle: 'long', timeZone: 'UTC' })
  const dayOf = (day: string | undefined) => day && days.format(new Date(`${day}T00:00:00Z`))
  const personOf = (id: number) => people.find(each => each.id === id)?.name ?? `#${id}`
  const said: [name: string, text: string | undefined][] = [
    ['person', accountId === undefined ? undefined : personOf(accountId)],
    ['group', group && t(`audit-log:group.${group}`)],
    ['client', client],
    ['from', dayOf(from)],
    ['to', dayOf(to)],
    ['place', place],
  ]
  return said.flatMap(([name, text]) => (text ? [{ term: t(`audit-log:search.${name}`), text }] : []))
}
