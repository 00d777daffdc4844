import { fold } from '../../../platform/text/fold.ts'
import { visible } from '../../../platform/text/visible.ts'
import { fields, type ColumnUse, type Field } from './fields.ts'
import type { Reading } from './guess.ts'
import { phoneFields } from './phones.ts'

/** What spreadsheets write where there is nothing to write. Not applied to names: there are people called Null. */
const placeholders = /^(-+|–|—|n\/?a|null|brak|brak danych|nie dotyczy|none|\?+|0{1,4}([./-]0{1,4}){2})$/i
/** Google puts the several values of a cell side by side, an empty one as nothing. */
const valueSeparator = /(?<=^|\s):::(?=\s|$)/
/** A sign that stops a spreadsheet from calculating a cell; our own files of refused rows put it there. */
const defused = /^'(?=[=+\-@\t\r])/

/**
 * The cells that hold something, by what their column is. A phone beside a column of labels is what its label says; a label that is
 * no type of phone becomes a note with the number, so that it is not lost.
 */
export const cellsByField = (cells: readonly string[], columns: Reading['columns']): Map<Field, string[]> => {
  const byField = new Map<Field, string[]>()
  const add = (field: Field, value: string) => byField.set(field, [...(byField.get(field) ?? []), value])
  const labelColumns = labelColumnsOf(columns)
  const notes: string[] = []
  columns.forEach((field, column) => {
    const value = valueOf(cells, column)
    if (!field || value === '' || (!field.toLowerCase().includes('name') && placeholders.test(value))) return
    const labels = severalIn(valueOf(cells, labelColumns.get(column)))
    const values = fields[field].several ? severalIn(value) : [value]
    values.forEach((one, index) => {
      if (!one) return
      const label = labels[index] ?? ''
      const labelled = labelWords.get(fold(label).trim())
      add(field === 'phoneOther' ? (labelled ?? field) : field, one)
      if (label && !labelled) notes.push(`${label}: ${one}`)
    })
  })
  for (const note of notes) add('notes', note)
  return byField
}

const valueOf = (cells: readonly string[], column = -1) =>
  visible(cells[column] ?? '')
    .trim()
    .replace(defused, '')

/** The values of a cell as Google writes them, each in its place, also where it is empty. */
export const severalIn = (value: string): string[] => value.split(valueSeparator).map(part => part.trim())

/** Which column labels the phone of which: the one before it, or, where the phones come first, the one after it. */
const labelColumnsOf = (columns: readonly ColumnUse[]): ReadonlyMap<number, number> => {
  const at = (wanted: (field: ColumnUse) => boolean) =>
    columns.flatMap((field, column) => (wanted(field) ? [column] : []))
  const phones = at(field => field !== null && field in phoneFields)
  const labels = at(field => field === 'phoneLabel')
  const labelsFirst = labels[0] !== undefined && phones[0] !== undefined && labels[0] < phones[0]
  const phoneOf = (label: number) =>
    labelsFirst ? phones.find(phone => phone > label) : phones.findLast(phone => phone < label)
  return new Map(
    labels.flatMap(label => {
      const phone = phoneOf(label)
      return phone === undefined ? [] : [[phone, label] as const]
    }),
  )
}

/** The labels of Google and Outlook, folded: Google marks the main number with a star. */
const labelWords = new Map<string, keyof typeof phoneFields>(
  Object.entries({
    phoneMobile: 'mobile, cell, cell phone, komorka, komorkowy, kom, telefon komorkowy',
    phoneHome: 'home, dom, domowy, w domu',
    phoneWork: 'work, business, office, praca, sluzbowy, firma, w pracy',
    phoneOther: 'other, main, primary, phone, inny, inne, glowny, telefon',
  }).flatMap(([field, words]) => words.split(', ').map(word => [word, field as keyof typeof phoneFields] as const)),
)

export const oneLine = (value: string) => value.replace(/\s+/g, ' ').trim()
