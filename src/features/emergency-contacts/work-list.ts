import { z } from 'zod'
import { uuidField } from '../../platform/web/ids.ts'
import type { PlaceInList } from './queries.ts'

/** Part of the list of contacts to confirm: what comes `after` a place or `before` it; with no place, its beginning. */
export type Stretch = { way: 'after' | 'before'; place: PlaceInList | null }

const written = /^(wrong|due)_(never|\d{4}-\d{2}-\d{2})_([0-9a-f-]{36})_(\d{1,6})$/i

/** As an address holds it: a day, ids and a rank, which say nothing of who somebody is. */
export const writePlace = ({ wrong, confirmedOn, clientId, rank }: PlaceInList): string =>
  [wrong ? 'wrong' : 'due', confirmedOn ?? 'never', clientId, rank].join('_')

const readPlace = (text: unknown): PlaceInList | null => {
  const [, kind, day = '', id, rank] = written.exec(typeof text === 'string' ? text : '') ?? []
  const clientId = uuidField().safeParse(id)
  if (!clientId.success || (day !== 'never' && !isDay(day))) return null
  const confirmedOn = day === 'never' ? null : day
  return { wrong: kind === 'wrong', confirmedOn, clientId: clientId.data, rank: Number(rank) }
}

/** PostgreSQL knows no year 0. */
const isDay = (day: string) => z.iso.date().safeParse(day).success && day >= '0001'

export const workListAddress = ({ way, place }: Stretch): string =>
  place ? `/contacts-to-confirm?${way}=${writePlace(place)}` : '/contacts-to-confirm'

/** What an address asks for; one that names no place asks for the beginning. */
export const readStretch = ({ after, before }: { after?: unknown; before?: unknown }): Stretch => {
  const end = readPlace(before)
  return end ? { way: 'before', place: end } : { way: 'after', place: readPlace(after) }
}

/** The same of a whole address, as a form sends it; only the place is taken from it. */
export const readAddress = (address: string): Stretch =>
  readStretch(Object.fromEntries(new URLSearchParams(address.split('?')[1] ?? '')))
