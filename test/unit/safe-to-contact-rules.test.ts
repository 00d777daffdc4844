import { describe, expect, it } from 'vitest'
import {
  addressGivenOut,
  completeRules,
  givenOut,
  noRules,
  recordedRules,
  ruleCodes,
  rulesOf,
  type RecordedRules,
} from '../../src/safe-to-contact/rules.ts'
import { callability, mayCallNow, reachableNow } from '../../src/safe-to-contact/times.ts'
import { ruleWords, sayCallability, sayRule } from '../../src/safe-to-contact/words.ts'
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
    ['at any time where no hours are known', {}, at(23, '03:00'), true],
    ['in working hours', atWork, at(23, '08:00'), true],
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
    expect(reachableNow(phone as RecordedRules, moment, zone)).toBe(answers)
  })

  it.each([
    ['before the forbidden hours', asleep, at(23, '21:59'), true],
    ['in them', asleep, at(23, '22:00'), false],
    ['in them, past midnight', asleep, at(24, '06:29'), false],
    ['after them', asleep, at(24, '06:30'), true],
    ['a wrong number', { wrongSince: '2026-11-01' }, at(23, '12:00'), false],
    ['at no hour', { doNotCallBetween: [{ from: '00:00', to: '00:00' }] }, at(23, '12:00'), false],
  ] as const)('knows when not to call: %s', (_when, phone, moment, may) => {
    expect(mayCallNow(phone as RecordedRules, moment, zone)).toBe(may)
  })

  it.each([
    [{}, at(23, '12:00'), 'Reachable now', 'Dostępny teraz'],
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
    expect(reachableNow(atWork, new Date('2026-11-23T07:30:00Z'), 'Europe/Warsaw')).toBe(true)
    expect(reachableNow(atWork, new Date('2026-11-23T07:30:00Z'), 'Europe/London')).toBe(false)
    // The night on which clocks go back: 2:30 comes twice, both are night.
    expect(mayCallNow(asleep, new Date('2026-10-25T00:30:00Z'), zone)).toBe(false)
    expect(mayCallNow(asleep, new Date('2026-10-25T01:30:00Z'), zone)).toBe(false)
  })
})
