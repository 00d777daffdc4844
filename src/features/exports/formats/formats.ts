import type { ExportManifest } from '../exported-client.ts'
import { csvFormat, type CsvWords } from './csv.ts'
import { fhirFormat } from './fhir.ts'
import type { Format } from './format.ts'
import { jsonLinesFormat } from './json-lines.ts'
import { vcardFormat, type VcardWords } from './vcard.ts'

type Language = 'pl' | 'en'
export type ExportWords = Record<Language, { csv: CsvWords; vcard: VcardWords }>

/** What an export is made as: the page that opens itself, or a bare age file with what another program reads. */
export const formatNames = ['viewer', 'fhir', 'csv', 'vcard'] as const
export type FormatName = (typeof formatNames)[number]

/** How a file's name ends. */
export const endings: Readonly<Record<FormatName, string>> = {
  viewer: 'html',
  fhir: 'fhir.json.age',
  csv: 'csv.age',
  vcard: 'vcf.age',
}

/** @param language of the headings and plain names; the viewer has both */
export const formatOf = (
  name: FormatName,
  manifest: ExportManifest,
  words: ExportWords,
  language: Language,
): Format => {
  switch (name) {
    case 'viewer':
      return jsonLinesFormat(manifest)
    case 'fhir':
      return fhirFormat(manifest, language)
    case 'csv':
      return csvFormat(manifest.vocabulary, words[language].csv, language)
    case 'vcard':
      return vcardFormat(manifest.vocabulary, words[language].vcard, language)
  }
}
