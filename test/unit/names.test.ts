import { describe, expect, it } from 'vitest'
import { createSearch } from '../../src/browser/viewer/search.ts'
import { words as viewerWords } from '../../src/browser/viewer/fold.ts'
import type { ExportedClient } from '../../src/features/exports/index.ts'
import { words } from '../../src/platform/text/fold.ts'
import { askedNames, likeness } from '../../src/platform/text/names/asked-names.ts'
import { nameWords } from '../../src/platform/text/names/name-words.ts'
import { romanisations } from '../../src/platform/text/names/romanise.ts'
import { distance, isOneLetterOff, withLettersLeftOut } from '../../src/platform/text/names/typos.ts'
import { writtenDates } from '../../src/platform/text/names/written-dates.ts'
import { sampleClient } from '../support/export-samples.ts'
import { background, people, share, sought, type Person } from '../support/name-list.ts'

const folds = [
  ['server', words],
  ['viewer', viewerWords],
] as const

describe('a name in Cyrillic or Greek letters', () => {
  it.each([
    ['Шевченко', ['shevchenko', 'szewczenko']],
    ['Юлія Ковальчук', ['yuliia kovalchuk', 'yulia kovalchuk', 'julija kowalczuk', 'julia kowalczuk']],
    ['Згурський', ['zghurskyi', 'zhurskyj']],
    ['Мар’яна Гаврилюк', ['mariana havryliuk', 'marjana hawryluk']],
    ['Їжак Єлизавета', ['yizhak yelyzaveta', 'jizak jelyzaweta']],
    ['Сергей Ельцын', ['sergei eltsyn', 'sergey yeltsyn', 'siergiej jelcyn']],
    ['Щёлоков', ['shchelokov', 'shchyolokov', 'szczolokow']],
    ['Мико́ла', ['mykola']],
    ['Παπαδόπουλος', ['papadopoulos']],
  ])('%s is written %j', (name, expected) => {
    expect(romanisations(name)).toEqual(expect.arrayContaining(expected))
  })

  it('has one spelling, its own, where it is in Latin letters', () => {
    expect(romanisations('Łucja Żak')).toEqual([])
  })
})

describe.each(folds)('on the %s', (_where, fold) => {
  it.each([
    ["O'Connor", ['oconnor', 'connor']],
    ['O’Connor', ['oconnor', 'connor']],
    ['McLeod', ['mcleod', 'leod']],
    ['Mcleod', ['mcleod', 'leod']],
    ['MacDonald', ['macdonald', 'donald']],
    ['van der Berg', ['van', 'der', 'berg', 'vander', 'derberg', 'vanderberg']],
    ['Kowalska-Nowak', ['kowalska', 'nowak', 'kowalskanowak']],
    ['Nguyễn Văn Đức', ['nguyen', 'van', 'duc', 'vanduc']],
    ['Шевченко', ['shevchenko', 'szewczenko']],
  ])('%s is found by %j', (name, expected) => {
    const found = nameWords(name, fold).map(({ text }) => text)
    expect(found).toEqual(expect.arrayContaining(expected))
  })

  it.each([
    ['shevchenko', 'Szewczenko'],
    ['szewczenko', 'Shevchenko'],
    ['шевченко', 'Szewczenko'],
    ['szewcz', 'Shevchenko'],
    ['hargeaves', 'Hargreaves'],
    ['magaret', 'Margaret'],
    ['nowka', 'Nowak'],
    ['chulewicz', 'Hulewicz'],
    ['gonsior', 'Gąsior'],
    ['mohammed', 'محمد'],
    ['محمد', 'Muhammad'],
  ])('%s is like %s', (typed, name) => {
    const [asked] = askedNames(typed, fold)
    expect(likeness(asked!, nameWords(name, fold))).not.toBeNull()
  })

  it.each([
    ['jan', 'Marek'],
    ['anna', 'Hanka'],
    ['kowalski', 'Nowakowski'],
    ['محمد', 'خالد'],
  ])('%s is not like %s', (typed, name) => {
    const [asked] = askedNames(typed, fold)
    expect(likeness(asked!, nameWords(name, fold))).toBeNull()
  })

  it.each([
    ['20 Oct 1940', ['1940-10-20']],
    ['20 October 1940', ['1940-10-20']],
    ['20th of October, 1940', ['1940-10-20']],
    ['October 20, 1940', ['1940-10-20']],
    ['20 paź 1940', ['1940-10-20']],
    ['20 paz 1940', ['1940-10-20']],
    ['20 paź. 1940 r.', ['1940-10-20']],
    ['20 października 1940', ['1940-10-20']],
    ['20 października 1940 roku', ['1940-10-20']],
    ['20 PAŹDZIERNIKA 1940', ['1940-10-20']],
    ['20 жовтня 1940', ['1940-10-20']],
    ['20 X 1940', ['1940-10-20']],
    ['20.X.1940', ['1940-10-20']],
    ['20.10.1940', ['1940-10-20']],
    ['20.10.1940r.', ['1940-10-20']],
    ['20. 10. 1940', ['1940-10-20']],
    ['1940-10-20', ['1940-10-20']],
    ['20/10/1940', ['1940-10-20']],
    ['Oct 1940', ['1940-10']],
    ['październik 1940', ['1940-10']],
    ['31 lut 1940', []],
    ['20 foo 1940', []],
  ])('%s is read as %j', (text, dates) => {
    expect(writtenDates(text, fold)[0]!.dates).toEqual(dates)
  })

  it('a page’s own dates are read, every month, in each language', () => {
    for (const language of ['pl', 'en'])
      for (let month = 0; month < 12; month++)
        for (const style of ['short', 'long'] as const) {
          const format = new Intl.DateTimeFormat(language, {
            day: 'numeric',
            month: style,
            year: 'numeric',
            timeZone: 'UTC',
          })
          const shown = format.format(Date.UTC(1940, month, 9))
          expect(writtenDates(shown, fold)[0]!.dates, shown).toEqual([`1940-${String(month + 1).padStart(2, '0')}-09`])
        }
  })
})

it('Jan 1940 is a month, or a name and a year', () => {
  expect(writtenDates('Jan 1940', words)).toEqual([
    { dates: ['1940-01'], rest: ' ' },
    { dates: [], rest: 'Jan 1940' },
  ])
})

it('words that differ by one letter share a form with a letter left out, wherever the letter is', () => {
  for (const word of ['hargreaves', 'nowak', 'jan', 'wolodymyrowa'])
    for (let at = 0; at < word.length; at++)
      for (const typed of [
        word.slice(0, at) + word.slice(at + 1),
        `${word.slice(0, at)}q${word.slice(at + 1)}`,
        `${word.slice(0, at)}q${word.slice(at)}`,
        word.slice(0, at) +
          word
            .slice(at, at + 2)
            .split('')
            .reverse()
            .join('') +
          word.slice(at + 2),
      ]) {
        expect(distance(typed, word)).toBeLessThanOrEqual(1)
        const forms = withLettersLeftOut(word)
        expect(withLettersLeftOut(typed).some(form => forms.includes(form))).toBe(true)
      }
  expect(isOneLetterOff('hargeves', 'hargreaves')).toBe(false)
  expect(isOneLetterOff('jna', 'jan')).toBe(false)
})

describe('the search of an opened export', () => {
  const person = (one: Person, change: Partial<ExportedClient> = {}) =>
    sampleClient(1, { ...one, preferredName: '', birthDate: null, contacts: [], phones: [], ...change })

  it('finds 97 of 100 names as people type them, among the first ten, and hardly ever puts somebody else first', () => {
    const everybody = [...background, ...people].map(one => person(one))
    const search = createSearch(everybody)
    const { found, falseFirst, missed } = share(sought, query => search(query).map(at => everybody[at]!))
    expect(background.length).toBeGreaterThanOrEqual(2000)
    expect(sought).toHaveLength(200)
    expect(found, missed.join('\n')).toBeGreaterThanOrEqual(0.97)
    expect(falseFirst).toBeLessThanOrEqual(0.02)
  })

  it.each([
    '20 Oct 1940',
    '20 paź 1940',
    '20 października 1940',
    '20.10.1940',
    '1940-10-20',
    '20 Oct 1940 nowak',
    '1940',
  ])('finds by %s', query => {
    const all = [
      person({ givenNames: 'Ewa', familyName: 'Nowak' }, { birthDate: '1940-10-20' }),
      person({ givenNames: 'Jan', familyName: 'Nowak' }, { birthDate: '1941-10-20' }),
    ]
    expect(createSearch(all)(query)).toEqual([0])
  })

  it.each(['1947', 'Nowak 1947', '05.1947', 'May 1947'])('finds a birth date known in part as %s', query => {
    const name = { givenNames: 'Jan', familyName: 'Nowak' }
    const all = ['1947-05', '1948'].map(birthDate => person(name, { birthDate }))
    expect(createSearch(all)(query)).toEqual([0])
  })

  it('finds a name in a script that only the server reads', () => {
    const all = [person({ givenNames: '小龙', familyName: '李' }, { latinName: 'xiaolong li' })]
    expect(createSearch(all)('li xiaolong')).toEqual([0])
  })
})
