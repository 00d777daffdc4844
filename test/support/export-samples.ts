import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { ExportedClient, ExportedPhone, ExportManifest } from '../../src/features/exports/index.ts'
import { normalPassphrase, deriveWrapKey } from '../../src/features/exports/file/wrap-key.ts'
import { formatOf, type FormatName } from '../../src/features/exports/formats/formats.ts'
import { exportWords } from '../../src/composition/emergency-export.ts'
import { writeExport } from '../../src/features/exports/file/write-export.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { readPhone } from '../../src/platform/text/phone.ts'
import { ruleWords } from '../../src/safe-to-contact/words.ts'
import type { Viewer } from '../../src/features/exports/file/shell.ts'

const translations = loadTranslations()
export const sampleWords = exportWords(translations)

export const samplePassphrase = 'żółw-kaktus-Latarnia-7'

/** Cheap to derive, and still the real thing: only the cost of a guess differs. */
const QUICK_LOG_N = 10

const given = ['Łukasz', 'Anna', 'Zofia', 'Mykoła', 'Świętosława', 'Jan', 'Grażyna', 'Olena', 'Piotr', 'Maria']
const family = [
  'Żółć',
  'Nowak',
  'Kowalska',
  'Śmiałek',
  'Wójcik',
  'Szewczenko',
  'Mazur',
  'Ćwikła',
  'O’Brien',
  'Dąbrowska',
]

/** What a phone number can be restricted by, all of it at once. */
export const sampleRules = {
  voicemail: 'not_allowed',
  text: 'allowed',
  knownBy: 'mąż',
  doNotCallBetween: [{ from: '22:00', to: '06:00' }],
  reachable: [{ daysOfWeek: [], from: '08:00', to: '16:00' }],
} as const

/** A number as an export of a Polish organisation carries it. */
export const samplePhone = (type: string, typed: string): ExportedPhone => {
  const { extension, ...reading } = readPhone(typed, 'PL', true)
  return { type, typed, ...reading, ...(extension ? { extension } : {}) }
}

/** Client number `n`, the same each time. */
export const sampleClient = (n: number, change: Partial<ExportedClient> = {}): ExportedClient => {
  const familyName = family[Math.floor(n / 10) % 10] ?? ''
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    fileNumber: `OST-${String(n).padStart(5, '0')}`,
    givenNames: given[n % 10] ?? '',
    familyName,
    preferredName: n % 4 === 0 ? 'Luki' : '',
    birthDate: `19${40 + (n % 60)}-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`,
    deceasedOn: null,
    gender: n % 2 === 0 ? 'male' : 'female',
    languages: n % 5 === 3 ? ['uk', 'pl'] : ['pl'],
    interpreterNeeded: n % 5 === 3,
    phones: [samplePhone('mobile', `60${String(1000000 + n)}`)],
    emails: [`client${n}@example.org`],
    addresses: [`ul. Słoneczna ${n + 1}\n00-${String(100 + (n % 900))} Warszawa`],
    alerts: n % 3 === 0 ? ['Uczulenie na penicylinę', 'Nie otwierać drzwi obcym'] : [],
    contacts: [1, 2, 3].map(rank => ({
      rank,
      name: `${given[(n + rank) % 10]} ${familyName}`,
      relationship: ['MTH', 'SPS', 'FRND'][rank - 1] ?? '',
      relationshipText: rank === 3 ? 'sąsiadka z parteru' : '',
      phones: [
        {
          ...samplePhone(rank === 2 ? 'work' : 'mobile', `50${String(rank * 1000000 + n)}`),
          hours: rank === 2 ? '8–16' : '',
        },
        ...(rank === 1 ? [{ ...samplePhone('home', '(22) 555 01 wew. 4'), hours: 'po 18:00' }] : []),
      ],
      email: rank === 1 ? `contact${n}@example.org` : '',
      address: rank === 1 ? 'ul. Polna 3, Łódź' : '',
      language: rank === 1 ? 'uk' : '',
      mayBeTold: rank !== 2,
      tellNote: rank === 2 ? 'nie wie o pobycie' : '',
      lastConfirmedOn: rank === 3 ? null : '2026-05-04',
    })),
    ...change,
  }
}

export const sampleManifest = (change: Partial<ExportManifest> = {}): ExportManifest => ({
  format: 'ostoja-export',
  version: 1,
  exportId: '11111111-1111-4111-8111-111111111111',
  organisation: 'Dom Pod Lipą',
  createdAt: '2026-11-23T14:05:00.000Z',
  openingCode: 'K7QX2M9T',
  groups: [],
  timeZone: 'Europe/Warsaw',
  vocabulary: {
    pl: {
      relationship: { MTH: 'matka', SPS: 'mąż lub żona', FRND: 'znajomy lub znajoma' },
      phoneType: { mobile: 'komórkowy', work: 'służbowy', home: 'domowy' },
      gender: { male: 'mężczyzna', female: 'kobieta' },
      rules: ruleWords(translations.to('pl')),
    },
    en: {
      relationship: { MTH: 'mother', SPS: 'spouse', FRND: 'friend' },
      phoneType: { mobile: 'mobile', work: 'work', home: 'home' },
      gender: { male: 'male', female: 'female' },
      rules: ruleWords(translations.to('en')),
    },
  },
  ...change,
})

/** A viewer that does nothing, for tests of the file around it. */
export const blankViewer: Viewer = { script: 'void 0', style: 'body{margin:0}' }

/** Batches of seven, so that no seam of a batch is one of a chunk. */
export async function* sampleClients(count: number, change: (n: number) => Partial<ExportedClient> = () => ({})) {
  for (let from = 0; from < count; from += 7)
    yield Array.from({ length: Math.min(7, count - from) }, (_, n) => sampleClient(from + n, change(from + n)))
}

type Sample = {
  viewer?: Viewer | null
  manifest?: ExportManifest
  /** Null where only keys open it. */
  passphrase?: string | null
  publicKeys?: readonly string[]
  logN?: number
  format?: FormatName
}

/** Writes an export to `file` as the product does, with a cheap key. */
export const writeSample = async (
  file: string,
  records: AsyncIterable<readonly ExportedClient[]>,
  {
    viewer = blankViewer,
    manifest = sampleManifest(),
    passphrase = samplePassphrase,
    publicKeys = [],
    logN = QUICK_LOG_N,
    format = 'viewer',
  }: Sample = {},
) => {
  const wrapKey = passphrase === null ? null : await deriveWrapKey(normalPassphrase(passphrase), logN)
  const out = createWriteStream(file)
  const written = await writeExport({
    records,
    format: formatOf(format, manifest, sampleWords, 'pl'),
    audience: { wrapKey, publicKeys },
    createdAt: manifest.createdAt,
    viewer: format === 'viewer' ? viewer : null,
    out,
  })
  out.end()
  await finished(out)
  return written
}
