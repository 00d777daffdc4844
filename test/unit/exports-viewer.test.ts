import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { base64Characters, decodeLines } from '../../src/browser/viewer/file/base64.ts'
import { fold, words } from '../../src/browser/viewer/fold.ts'
import { foundHow } from '../../src/browser/viewer/matching.ts'
import { createSearch } from '../../src/browser/viewer/search.ts'
import { languageName } from '../../src/browser/viewer/words.ts'
import type { ExportedClient } from '../../src/features/exports/index.ts'
import { sampleClient, samplePhone } from '../support/export-samples.ts'

const encoded = (bytes: Buffer) => bytes.toString('base64').replace(/.{1,76}/g, '$&\n')

describe('the payload of an export', () => {
  it('is decoded as it was written, at every length around a line', () => {
    for (const length of [0, 1, 2, 3, 55, 56, 57, 58, 59, 113, 114, 115, 1000]) {
      const bytes = randomBytes(length)
      const text = encoded(bytes)
      expect(text).toHaveLength(base64Characters(length))
      expect(Buffer.from(decodeLines(text, length)).equals(bytes)).toBe(true)
    }
  })

  it('that is short has been cut; that differs in any other way has been altered', () => {
    const text = encoded(randomBytes(200))
    for (let end = 0; end < text.length; end += 1) expect(() => decodeLines(text.slice(0, end), 200)).toThrow('cut')
    expect(() => decodeLines(`${text}A`, 200)).toThrow('altered')
    for (const [at, letter] of [
      [5, ' '],
      [5, '\n'],
      [5, '='],
      [5, '\uFFFD'],
      [76, 'A'],
      [text.length - 1, ' '],
      [text.length - 2, 'A'],
    ] as const)
      expect(() => decodeLines(text.slice(0, at) + letter + text.slice(at + 1), 200)).toThrow('altered')
  })

  it('that encodes the same bytes by other letters has been altered', () => {
    // Two spare bits of the last letter: the browser's own decoder would not mind.
    expect(() => decodeLines('AB==\n', 1)).toThrow('altered')
    expect(() => decodeLines('AAB=\n', 2)).toThrow('altered')
  })
})

describe('the name of a language', () => {
  it('is the code where the code names no language, whatever a record brings along', () => {
    expect(languageName('uk')).toBe('Ukrainian')
    for (const code of ['en-u-ca-gregory', 'p_l!', '']) expect(languageName(code)).toBe(code)
  })
})

describe('folding', () => {
  it('removes case and accents, also those no decomposition removes', () => {
    expect(fold('ŁUKASZ Żółć ĆWIKŁA Ñandú Øre Straße')).toBe('lukasz zolc cwikla nandu ore strasse')
    expect(words('Anna-Maria  O’Brien (d’Arc)')).toEqual(['anna', 'maria', 'obrien', 'darc'])
    expect(words('Мико́ла')).toEqual(['микола'])
  })
})

describe('the search of an opened export', () => {
  const person = (familyName: string, givenNames: string, change: Partial<ExportedClient> = {}) =>
    sampleClient(1, { familyName, givenNames, contacts: [], phones: [], ...change })
  const contact = sampleClient(5).contacts[0]!
  const people = [
    person('Żółć', 'Łukasz', { fileNumber: 'A-17/3', birthDate: '1950-03-02' }),
    person('Nowak', 'Anna Maria', { fileNumber: 'B-2', birthDate: '1961-12-24' }),
    person('Nowakowska', 'Ewa', { fileNumber: 'B-20', contacts: [{ ...contact, name: 'Łukasz Żółciak' }] }),
    person('García', 'José', {
      fileNumber: 'D-9',
      phones: [samplePhone('mobile', '601-234-567')],
    }),
    person('X', 'Ö', { fileNumber: 'C-1' }),
  ]
  const search = createSearch(people)
  const found = (query: string) => search(query).map(at => people[at]?.familyName)

  it.each([
    ['zolc', ['Żółć', 'Nowakowska']],
    ['ŁUKASZ ŻÓŁĆ', ['Żółć', 'Nowakowska']],
    ['zolc luk', ['Żółć', 'Nowakowska']],
    ['maria nowak', ['Nowak']],
    ['nowak', ['Nowak', 'Nowakowska']],
    ['nowak 1961', ['Nowak']],
    ['owak', ['Nowak']],
    ['wak', []],
    ['garcia jose', ['García']],
    ['601234567', ['García']],
    ['+48 601 234', ['García']],
    ['601-234-567', ['García']],
    ['0048601', ['García']],
    ['34', []],
    ['1950-03-02', ['Żółć']],
    ['2.3.1950', ['Żółć']],
    ['02.03.1950', ['Żółć']],
    ['24/12/1961', ['Nowak']],
    ['a-17/3', ['Żółć']],
    ['B-2', ['Nowak', 'Nowakowska']],
    ['x', ['X']],
    ['o', ['X']],
    ['<script>', []],
    ['???', []],
  ])('finds by %s', (query, names) => {
    expect(found(query)).toEqual(names)
  })

  it('lists everybody in Polish order when nothing is asked', () => {
    expect(found('  ')).toEqual(['García', 'Nowak', 'Nowakowska', 'X', 'Żółć'])
  })

  it('says through which contact somebody was found', () => {
    expect(foundHow(people[2]!, 'zolc')).toEqual({ via: 'Łukasz Żółciak', alike: null })
    expect(foundHow(people[0]!, 'zolc')).toEqual({ via: '', alike: null })
  })
})
