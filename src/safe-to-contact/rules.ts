/**
 * Safe to contact: what may be done with somebody's telephone number or address without endangering anybody. The questions are
 * those of NNEDV's Safety Net ("is it safe to leave a message, to text; who else answers; when not to call") and of FHIR R4
 * (availableTime of HealthcareService). This room belongs to no feature and imports nothing, so that the record, the card,
 * paper, exports and the viewer in a browser all tell the same rules.
 */
export const permissions = ['allowed', 'not_allowed', 'unknown'] as const
export type Permission = (typeof permissions)[number]

/** Codes of FHIR R4 days-of-week. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

/** Wall time of the tenant, 'HH:MM'. May cross midnight; the same time twice means the whole day. */
export type TimeRange = { from: string; to: string }
/** As FHIR's availableTime. `daysOfWeek` are those on which it begins; none means every day. */
export type AvailableTime = TimeRange & { daysOfWeek: Weekday[] }

/** Somebody said that this number may be called at any time: the whole day, every day. */
export const anyTime: readonly AvailableTime[] = [{ daysOfWeek: [], from: '00:00', to: '00:00' }]

/** The rules of one telephone number, of a client or of an emergency contact. */
export type PhoneRules = {
  voicemail: Permission
  text: Permission
  /** Who else knows or answers this number. */
  knownBy: string | null
  /** When it must not ring. */
  doNotCallBetween: TimeRange[]
  /** When somebody answers; empty: not stated, which is not the same as {@link anyTime}. */
  reachable: AvailableTime[]
  /** The day ('YYYY-MM-DD') on which it was found to be a wrong number, until that is mended. */
  wrongSince: string | null
}
/** Rules as a sealed document holds them: only what differs from {@link noRules}, so that older documents need no change. */
export type RecordedRules = { [Rule in keyof PhoneRules]?: PhoneRules[Rule] }

/** Nothing is known of a number: neither that a message is safe, nor that it isn't. */
export const noRules: PhoneRules = {
  voicemail: 'unknown',
  text: 'unknown',
  knownBy: null,
  doNotCallBetween: [],
  reachable: [],
  wrongSince: null,
}
const ruleNames = Object.keys(noRules) as (keyof PhoneRules)[]

/** All rules of a number, the ones nobody has said included. */
export const completeRules = (recorded: RecordedRules): PhoneRules => ({
  voicemail: recorded.voicemail ?? noRules.voicemail,
  text: recorded.text ?? noRules.text,
  knownBy: recorded.knownBy ?? noRules.knownBy,
  doNotCallBetween: recorded.doNotCallBetween ?? noRules.doNotCallBetween,
  reachable: recorded.reachable ?? noRules.reachable,
  wrongSince: recorded.wrongSince ?? noRules.wrongSince,
})

/** Rules to be kept: without those that say nothing. */
export const recordedRules = (rules: PhoneRules): RecordedRules =>
  Object.fromEntries(
    ruleNames.filter(name => !saysNothing(rules[name])).map(name => [name, rules[name]]),
  ) as RecordedRules

const saysNothing = (value: PhoneRules[keyof PhoneRules]) =>
  value === null || value === 'unknown' || (Array.isArray(value) && value.length === 0)

export const availabilities = ['not-stated', 'any-time', 'hours'] as const
export type Availability = (typeof availabilities)[number]

/** What is known of when somebody answers a number. */
export const availabilityOf = ({ reachable = [] }: RecordedRules): Availability =>
  reachable.length === 0 ? 'not-stated' : reachable.some(isEveryHour) ? 'any-time' : 'hours'

const isEveryHour = ({ daysOfWeek, from, to }: AvailableTime) =>
  from === to && (daysOfWeek.length === 0 || daysOfWeek.length === weekdays.length)

/** One rule as it is to be shown: what kind it is, and the words and times in it. */
export type Rule =
  | { code: 'wrong-number'; since: string }
  | { code: 'voicemail-not-allowed' | 'text-not-allowed' | 'voicemail-allowed' | 'text-allowed' }
  | { code: 'do-not-call'; between: TimeRange }
  | { code: 'known-by'; who: string }
  | { code: 'reachable'; times: AvailableTime[] }
export type RuleCode = Rule['code']

/** Every kind of rule, what forbids first: the order in which they are shown. */
export const ruleCodes = [
  'wrong-number',
  'do-not-call',
  'voicemail-not-allowed',
  'text-not-allowed',
  'known-by',
  'voicemail-allowed',
  'text-allowed',
  'reachable',
] as const satisfies readonly RuleCode[]

/** Those that forbid or warn: to be seen before the number is touched. */
export const isWarning = (code: RuleCode): boolean =>
  code !== 'voicemail-allowed' && code !== 'text-allowed' && code !== 'reachable'

/** The rules of a number, each of which every place that shows the number must show, in the order of {@link ruleCodes}. */
export const rulesOf = (phone: RecordedRules): Rule[] => {
  const { voicemail, text, knownBy, doNotCallBetween, reachable, wrongSince } = completeRules(phone)
  const found: Rule[] = [
    ...(wrongSince ? [{ code: 'wrong-number', since: wrongSince } as const] : []),
    ...doNotCallBetween.map(between => ({ code: 'do-not-call', between }) as const),
    ...(voicemail === 'unknown' ? [] : [{ code: permitted('voicemail', voicemail) }]),
    ...(text === 'unknown' ? [] : [{ code: permitted('text', text) }]),
    ...(knownBy ? [{ code: 'known-by', who: knownBy } as const] : []),
    ...(reachable.length > 0 ? [{ code: 'reachable', times: reachable } as const] : []),
  ]
  return found.toSorted((one, other) => ruleCodes.indexOf(one.code) - ruleCodes.indexOf(other.code))
}

const permitted = <What extends 'voicemail' | 'text'>(what: What, permission: 'allowed' | 'not_allowed') =>
  permission === 'allowed' ? (`${what}-allowed` as const) : (`${what}-not-allowed` as const)

/** Those that may leave the record. A hidden address stays in it: no card, sheet, export or print carries it. */
export const givenOut = <Address extends { hidden?: boolean }>(addresses: readonly Address[]): Address[] =>
  addresses.filter(({ hidden }) => !hidden)

/** The address of a contact where it may leave the record; null where there is none or it is hidden. */
export const addressGivenOut = ({ address, addressHidden }: { address: string | null; addressHidden?: boolean }) =>
  addressHidden ? null : address
