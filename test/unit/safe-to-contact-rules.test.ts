import { describe, expect, it } from 'vitest'
import {
  addressGivenOut,
  anyTime,
  completeRules,
  givenOut,
  noRules,
  recordedRules,
  ruleCodes,
  rulesOf,
  type RecordedRules,
} from '../../src/safe-to-contact/rules.ts'
import { nextInLine, whyNobody } from '../../src/safe-to-contact/next-in-line.ts'
import { callability, mayBeLinked, type Callability } from '../../src/safe-to-contact/times.ts'
import { ruleWords, sayCallability, sayHours, sayNobody, sayRule } from '../../src/safe-to-contact/words.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'

const zone = 'Europe/Warsaw'
/** A moment of the wall clock in Warsaw in the week of Monday 23 November 2026, when it is an hour ahead of UTC. */
const at = (date: number, time: string) => new Date(`2026-11-${date}T${time}:00+01:00`)
const mondayToFriday = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
const atWork: RecordedRules = { reachable: [{ daysOfWeek: [...mondayToFriday], from: '08:00', to: '16:00' }] }
const atNight: RecordedRules = { reachable: [{ daysOfWeek: ['fri'], from: '22:00', to: '06:00' }] }
const asleep: RecordedRules = { doNotCallBetween: [{ from: '22:00', to: '06:30' }] }
const everything: RecordedRules = {
  voicemail: 'not_allowed',
  text: 'allowed',
  knownBy: 'the husband',
  doNotCallBetween: [{ from: '17:00', to: '20:00' }],
  reachable: [{ daysOfWeek: ['mon', 'tue', 'wed', 'sat'], from: '08:00', to: '12:00' }],
  wrongSince: '2026-11-02',
}
const state = (phone: RecordedRules, moment: Date) => callability(phone, moment, zone).state
const words = (language: 'pl' | 'en') => ruleWords(loadTranslations().to(language))

describe('the rules of a number', () => {
  it('are none where nobody has said any, as in every record made before there were rules', () => {
    expect(completeRules({})).toEqual(noRules)
    expect(rulesOf({})).toEqual([])
  })

  it('are kept only where they say something', () => {
    expect(recordedRules(noRules)).toEqual({})
    expect(recordedRules({ ...noRules, text: 'allowed' })).toEqual({ text: 'allowed' })
    expect(recordedRules(completeRules(everything))).toEqual(everything)
  })

  it('are all told, what forbids first', () => {
    const codes = rulesOf(everything).map(({ code }) => code)
    expect(codes).toEqual([
      'wrong-number',
      'do-not-call',
      'voicemail-not-allowed',
      'known-by',
      'text-allowed',
      'reachable',
    ])
    const others = rulesOf({ voicemail: 'allowed', text: 'not_allowed' }).map(({ code }) => code)
    expect([...new Set([...codes, ...others])].toSorted()).toEqual(ruleCodes.toSorted())
  })

  it('read as sentences in both languages', () => {
    expect(rulesOf(everything).map(rule => sayRule(words('en'), rule))).toEqual([
      'Wrong number, since 2026-11-02',
      'Do not call between 17:00 and 20:00',
      'Leave no voicemail',
      'Known to or answered by: the husband',
      'Text message is safe',
      'Answers Mon–Wed, Sat 08:00–12:00',
    ])
    expect(rulesOf(everything).map(rule => sayRule(words('pl'), rule))).toEqual([
      'Zły numer, od 2026-11-02',
      'Nie dzwonić między 17:00 a 20:00',
      'Nie zostawiać wiadomości głosowej',
      'Numer zna lub odbiera: the husband',
      'SMS jest bezpieczny',
      'Odbiera pn–śr, sb 08:00–12:00',
    ])
    expect(rulesOf({ reachable: [...anyTime] }).map(rule => sayRule(words('en'), rule))).toEqual([
      'Answers at any time',
    ])
    expect(sayRule(words('en'), { code: 'do-not-call', between: { from: '00:00', to: '00:00' } })).toBe('Do not call')
  })

  it('keep a hidden address from whoever gives addresses out', () => {
    expect(givenOut([{ line: 'a', hidden: true }, { line: 'b' }, { line: 'c', hidden: false }])).toEqual([
      { line: 'b' },
      { line: 'c', hidden: false },
    ])
    expect(addressGivenOut({ address: 'a', addressHidden: true })).toBeNull()
    expect(addressGivenOut({ address: 'a' })).toBe('a')
  })
})

describe('when a number may be called', () => {
  it.each([
    ['in working hours', atWork, at(23, '08:00'), true],
    ['where somebody said at any time', { reachable: anyTime }, at(23, '03:00'), true],
    ['at the last minute of working hours', atWork, at(23, '15:59'), true],
    ['at the end of working hours', atWork, at(23, '16:00'), false],
    ['at the weekend', atWork, at(28, '10:00'), false],
    ['on the evening a night begins', atNight, at(27, '23:00'), true],
    ['in the morning after it', atNight, at(28, '05:59'), true],
    ['in the morning of the day it begins', atNight, at(27, '05:00'), false],
    ['on the evening after it', atNight, at(28, '23:00'), false],
    [
      'where it is the whole day',
      { reachable: [{ daysOfWeek: ['mon'], from: '00:00', to: '00:00' }] },
      at(23, '12:00'),
      true,
    ],
  ] as const)('knows who answers: %s', (_when, phone, moment, answers) => {
    expect(state(phone as RecordedRules, moment)).toBe(answers ? 'now' : 'not-now')
  })

  it.each([
    ['before the forbidden hours', asleep, at(23, '21:59'), true],
    ['in them', asleep, at(23, '22:00'), false],
    ['in them, past midnight', asleep, at(24, '06:29'), false],
    ['after them', asleep, at(24, '06:30'), true],
    ['a wrong number', { wrongSince: '2026-11-01' }, at(23, '12:00'), false],
    ['at no hour', { doNotCallBetween: [{ from: '00:00', to: '00:00' }] }, at(23, '12:00'), false],
  ] as const)('knows when not to call: %s', (_when, phone, moment, may) => {
    expect(state(phone as RecordedRules, moment)).toBe(may ? 'not-stated' : 'not-now')
  })

  it.each([
    [{ reachable: anyTime }, at(23, '03:00'), 'Reachable now', 'Dostępny teraz'],
    [{}, at(23, '12:00'), 'Hours not stated', 'Godzin nie podano'],
    [
      { hours: 'only before noon' },
      at(23, '18:33'),
      'Hours not stated, read the note',
      'Godzin nie podano, przeczytaj uwagę',
    ],
    [atWork, at(23, '07:00'), 'from 08:00', 'od 08:00'],
    [atWork, at(27, '17:00'), 'from Mon 08:00', 'od pn 08:00'],
    [asleep, at(23, '23:00'), 'Do not call now, from Tue 06:30', 'Teraz nie dzwonić, od wt 06:30'],
    [
      { ...atWork, doNotCallBetween: [{ from: '07:00', to: '09:00' }] },
      at(23, '08:30'),
      'Do not call now, from 09:00',
      'Teraz nie dzwonić, od 09:00',
    ],
    [
      { ...atWork, doNotCallBetween: [{ from: '06:00', to: '17:00' }] },
      at(23, '08:30'),
      'Do not call now, at no time known',
      'Teraz nie dzwonić, nie wiadomo, kiedy',
    ],
    [{ wrongSince: '2026-11-01' }, at(23, '12:00'), 'Wrong number', 'Zły numer'],
  ] as const)('says whether to call now, and from when: %#', (phone, moment, english, polish) => {
    const found = callability(phone as RecordedRules, moment, zone)
    expect(sayCallability(words('en'), found)).toBe(english)
    expect(sayCallability(words('pl'), found)).toBe(polish)
  })

  it('goes by the clock on the tenant’s wall', () => {
    const moment = new Date('2026-11-23T07:30:00Z')
    expect(callability(atWork, moment, 'Europe/Warsaw').state).toBe('now')
    expect(callability(atWork, moment, 'Europe/London').state).toBe('not-now')
    // The night on which clocks go back: 2:30 comes twice, both are night.
    expect(state(asleep, new Date('2026-10-25T00:30:00Z'))).toBe('not-now')
    expect(state(asleep, new Date('2026-10-25T01:30:00Z'))).toBe('not-now')
  })
})

describe('hours on paper and in files', () => {
  it.each([
    [{}, 'Hours not stated', 'Godzin nie podano'],
    [
      { hours: 'tylko do południa' },
      'Hours not stated. Note on hours: tylko do południa',
      'Godzin nie podano. Uwaga o godzinach: tylko do południa',
    ],
    [{ ...atWork, hours: 'ask for Ida' }, 'Note on hours: ask for Ida', 'Uwaga o godzinach: ask for Ida'],
    [atWork, '', ''],
    [{ reachable: [...anyTime] }, '', ''],
  ])('say that they are not stated, and the note: %#', (phone, english, polish) => {
    expect([sayHours(words('en'), phone), sayHours(words('pl'), phone)]).toEqual([english, polish])
  })
})

describe('the next in line', () => {
  const known: Callability = { state: 'now' }
  const unknown: Callability = { state: 'not-stated', inWords: false }
  const closed: Callability = { state: 'not-now', because: 'not-reachable', next: null }
  const wrong: Callability = { state: 'not-now', because: 'wrong-number', next: null }
  const person = (id: string, ...states: Callability[]) => ({
    id,
    phones: states.map((callable, index) => ({ typed: `${id}${index}`, callable })),
  })
  const call = (contactId: string, number: string, minutesAgo: number) => ({
    contactId,
    number,
    at: new Date(at(23, '12:00').getTime() - minutesAgo * 60_000),
  })

  it.each([
    ['who is known to be reachable, before others in front', [person('a', unknown), person('b', known)], [], 'b'],
    ['the first of those known', [person('a', known), person('b', known)], [], 'a'],
    ['the first of those not known, where nobody is', [person('a', closed), person('b', unknown)], [], 'b'],
    ['nobody who does not answer now', [person('a', closed), person('b', wrong), person('c')], [], null],
    [
      'another number that is known, before one that is not',
      [person('a', unknown), person('b', closed, known)],
      [],
      'b',
    ],
    [
      'who is not known, once those known were tried',
      [person('a', unknown), person('b', known)],
      [call('b', 'b0', 1)],
      'a',
    ],
    [
      'who was called longest ago, once all were tried',
      [person('a', known), person('b', unknown), person('c', closed)],
      [call('a', 'a0', 1), call('b', 'b0', 5), call('c', 'c0', 9)],
      'b',
    ],
  ])('is %s', (_who, contacts, round, expected) => {
    expect(nextInLine(contacts, round)).toBe(expected)
  })

  const later: Callability = {
    state: 'not-now',
    because: 'do-not-call',
    next: { daysAhead: 0, day: 'mon', at: '16:00' },
  }
  const never: Callability = { state: 'not-now', because: 'do-not-call', next: null }
  const undialable: Callability = { state: 'not-now', because: 'not-dialable', next: null }

  it.each([
    ['at this hour', [person('a', undialable), person('b', later)]],
    ['No contact has a telephone number', [person('a'), person('b')]],
    ['can be dialled as written', [person('a', undialable), person('b', undialable), person('c')]],
    ['marked as wrong', [person('a', wrong)]],
    ['can be used', [person('a', wrong, undialable)]],
    ['has a time at which it may be called', [person('a', wrong), person('b', never)]],
  ])('is nobody for the true reason: %s', (expected, contacts) => {
    expect(nextInLine(contacts, [])).toBeNull()
    const said = sayNobody(words('en'), whyNobody(contacts))
    expect(said).toContain(expected)
    expect(said.includes('at this hour')).toBe(expected === 'at this hour')
  })
})

describe('a number is a link', () => {
  const allDay = { from: '00:00', to: '00:00' }
  const halves = [
    { from: '06:00', to: '18:00' },
    { from: '18:00', to: '06:00' },
  ]
  it.each([
    ['nothing is said of it', {}, '+48500000931', true, true],
    ['it is reachable at other hours', atWork, '+48500000931', true, true],
    ['it must not ring at this hour', asleep, '+48500000931', true, false],
    ['it must not ring at any hour', { doNotCallBetween: [allDay] }, '+48500000931', false, false],
    ['it must not ring by day nor by night', { doNotCallBetween: halves }, '+48500000931', false, false],
    ['it is wrong', { wrongSince: '2026-11-01' }, '+48500000931', false, false],
    ['it cannot be dialled', {}, null, false, false],
  ] as const)('or not, where %s', (_what, rules, dial, atAnyTime, now) => {
    const phone = { ...(structuredClone<object>(rules) as RecordedRules), dial }
    const found = [mayBeLinked(phone, null), mayBeLinked(phone, { at: at(23, '23:00'), timeZone: zone })]
    expect(found).toEqual([atAnyTime, now])
  })
})
