import {
  availabilityOf,
  completeRules,
  weekdays,
  type AvailableTime,
  type TimeRange,
} from '../../../safe-to-contact/rules.ts'
import { mayBeLinked } from '../../../safe-to-contact/times.ts'
import type { ExportedContactPhone, ExportedPhone } from '../exported-client.ts'
import { systems } from './fhir-systems.ts'

type Extension = { url: string } & Record<string, unknown>
const uses = new Set(['home', 'work', 'mobile'])
const instant = (time: string) => `${time}:00`

/**
 * A telephone as FHIR's ContactPoint, of `other` system where it can't be dialled. `rank` 1 is called first; a number that is never to ring has
 * none, and a wrong one is `old`. The rules of safe contact travel as an extension of it.
 */
export const contactPoint = (phone: ExportedPhone & Partial<Pick<ExportedContactPhone, 'hours'>>, rank: number) => {
  const extension = [
    ...(phone.dial === null || phone.dial === phone.typed ? [] : [{ url: systems.typed, valueString: phone.typed }]),
    ...(phone.hours ? [{ url: systems.hours, valueString: phone.hours }] : []),
    ...safeToContact(phone),
  ]
  return {
    ...(extension.length > 0 ? { extension } : {}),
    system: phone.dial === null ? 'other' : 'phone',
    value: phone.dial ?? phone.typed,
    ...useOf(phone),
    ...(mayBeLinked(phone, null) ? { rank } : {}),
  }
}

const useOf = ({ type, wrongSince }: ExportedPhone) =>
  wrongSince ? { use: 'old' } : uses.has(type) ? { use: type } : {}

/** The rules that somebody has said, each as a part of one extension; whether hours are stated is always one of them. */
const safeToContact = (phone: ExportedPhone): Extension[] => {
  const { voicemail, text, knownBy, doNotCallBetween, reachable, wrongSince } = completeRules(phone)
  const parts: Extension[] = [
    { url: 'availability', valueCode: availabilityOf(phone) },
    ...(voicemail === 'unknown' ? [] : [{ url: 'voicemail', valueCode: voicemail }]),
    ...(text === 'unknown' ? [] : [{ url: 'text', valueCode: text }]),
    ...(knownBy ? [{ url: 'knownBy', valueString: knownBy }] : []),
    ...doNotCallBetween.map(range => ({ url: 'doNotCallBetween', extension: timesOf(range) })),
    ...reachable.map(time => ({ url: 'availableTime', extension: [...daysOf(time), ...timesOf(time)] })),
    ...(wrongSince ? [{ url: 'wrongSince', valueDate: wrongSince }] : []),
  ]
  return [{ url: systems.safeToContact, extension: parts }]
}

const timesOf = ({ from, to }: TimeRange): Extension[] => [
  { url: 'from', valueTime: instant(from) },
  { url: 'to', valueTime: instant(to) },
]
const daysOf = ({ daysOfWeek }: AvailableTime): Extension[] =>
  weekdays.filter(day => daysOfWeek.includes(day)).map(day => ({ url: 'daysOfWeek', valueCode: day }))
