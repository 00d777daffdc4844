import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ruleCodes, rulesOf } from '../../src/safe-to-contact/rules.ts'
import {
  addresses,
  notPlaces,
  places,
  preparePlaces,
  rulesIn,
  told,
  type Place,
  type Sample,
} from '../support/contact-places.ts'

let sample: Sample
beforeAll(async () => {
  sample = await preparePlaces()
})
afterAll(() => sample.ostoja.close())

const readings = new Map<Place, ReturnType<Place['read']>>()
const reading = (place: Place) => {
  const known = readings.get(place) ?? place.read(sample)
  readings.set(place, known)
  return known
}
const rulesShownAt = ({ of, phones }: Place) =>
  of.flatMap(whose => rulesIn[whose].slice(0, phones === 'first' ? 1 : undefined)).flatMap(rulesOf)

const count = (text: string, words: string | RegExp) =>
  typeof words === 'string' ? text.split(words).length - 1 : (text.match(words) ?? []).length

describe('every place that shows how to reach somebody', () => {
  const table = Object.entries(places).flatMap(([name, place]) =>
    [...new Set(rulesShownAt(place).map(({ code }) => code))].map(code => ({ name, place, code })),
  )

  it.each(table)('tells the rule $code: $name', async ({ place, code }) => {
    const { text, language } = await reading(place)
    const wanted = rulesShownAt(place).filter(rule => rule.code === code)
    for (const rule of wanted) {
      const words = told(place, rule, language)
      const alike = wanted.filter(other => String(told(place, other, language)) === String(words))
      expect(count(text, words), String(words)).toBeGreaterThanOrEqual(alike.length)
    }
  })

  it.each(Object.entries(places))('keeps a hidden address in the record: %s', async (_name, place) => {
    const { text } = await reading(place)
    for (const whose of place.of) {
      if (!place.isRecord) expect(text).not.toContain(addresses[whose].hidden)
      if (place.addresses) expect(text).toContain(addresses[whose].open)
      if (place.addresses && place.isRecord) expect(text).toContain(addresses[whose].hidden)
    }
  })

  it('samples every rule, of a client and of a contact', () => {
    for (const rules of Object.values(rulesIn))
      expect([...new Set(rules.flatMap(rulesOf).map(({ code }) => code))].toSorted()).toEqual(ruleCodes.toSorted())
  })

  it('has an entry here, and so has every file that reads numbers without showing any', () => {
    const entered = new Set([...Object.values(places).flatMap(({ files }) => files), ...Object.keys(notPlaces)])
    const found = filesThatReadNumbers()
    expect(found.length).toBeGreaterThan(20)
    expect(found.filter(file => !entered.has(file))).toEqual([])
    expect([...entered].filter(file => !found.includes(file))).toEqual([])
  })
})

const readsNumbers = /\.phones\b|\bphone\.(?:number|typed|shown)\b|\brulesOf\((?!who)|\bsayRules\(/

/** Views and code that touch somebody's numbers, or the rules of them. */
const filesThatReadNumbers = (): string[] =>
  ['views', 'src']
    .flatMap(folder => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => join(folder, file)))
    .filter(file => /\.(ejs|ts)$/.test(file) && !file.startsWith(join('src', 'safe-to-contact')))
    .filter(file => readsNumbers.test(readFileSync(file, 'utf8')))
    .toSorted()
