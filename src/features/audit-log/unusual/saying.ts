import type { Language, Translate } from '../../../platform/i18n/translations.ts'
import { sayMoments } from '../../../platform/i18n/moments.ts'
import type { Thing, ThingPage } from './unusual.ts'

export type SaidThing = {
  id: string
  kind: Thing['kind']
  text: string
  who: string
  client: { id: string | number; name: string } | null
  when: string
  open: boolean
}

/** How pages tell what was found. */
export const sayThings = (
  t: Translate,
  language: Language,
  page: Pick<ThingPage, 'things' | 'timeZone'>,
): SaidThing[] => page.things.map(thing => sayThing(t, language, page.timeZone, thing))

export const sayThing = (t: Translate, language: Language, timeZone: string, thing: Thing): SaidThing => {
  const moments = sayMoments(language, timeZone)
  const oneDay = moments.day(thing.first) === moments.day(thing.last)
  return {
    id: thing.id,
    kind: thing.kind,
    text: t(`audit-log:unusual.kind.${thing.kind}`, { count: thing.count }),
    who: thing.account?.name ?? '',
    client: thing.client,
    when: oneDay
      ? `${moments.day(thing.first)}, ${moments.span(thing.first, thing.last)} ${moments.zone(thing.last)}`
      : `${moments.zoned(thing.first)} – ${moments.zoned(thing.last)}`,
    open: thing.open,
  }
}
