import { stringify } from 'csv-stringify/sync'
import type { Language } from '../i18n/translations.ts'

/** UTF-8's byte order mark, by which Excel knows the letters of the file: first in it, once. */
export const csvMark = '\uFEFF'

/**
 * Lines of a table for a spreadsheet, with the separator that Excel expects in the language. Cells that a spreadsheet would
 * run as a formula begin with an apostrophe (OWASP, "CSV Injection"); every cell stands in quotes.
 */
export const csvLines = (rows: readonly (readonly string[])[], language: Language): string =>
  stringify(
    rows.map(row => [...row]),
    {
      delimiter: language === 'pl' ? ';' : ',',
      quoted: true,
      escape_formulas: true,
      record_delimiter: 'windows',
    },
  )
