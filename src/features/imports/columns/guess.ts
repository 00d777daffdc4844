import { fold } from '../../../platform/text/fold.ts'
import { fieldNames, fields, partsOfName, wholeNames, type ColumnUse, type Field } from './fields.ts'
import { headerWords, leftOutWords, rowNumberWords } from './header-words.ts'
import { dayOrderOf, type DayOrder } from './dates.ts'
import { telltaleOf } from './looks-like.ts'

/** How a file is understood; the person who imports can change all of it. */
export type Reading = { columns: ColumnUse[]; dayOrder: DayOrder; dropDigits: boolean }

/** How much of a name or a cell is looked at to guess: whatever tells what it is tells so at once. */
const judged = 300

/** Rows that somebody has deleted leave gaps in a running number. */
const densest = 1.25

const squeeze = (text: string) => fold(text).replaceAll(' ', '')
const listed = (text: string) => text.split(',').map(squeeze)

/** Each known header: which field it names, and how surely (0 is surest). */
const known = new Map(
  fieldNames
    .toReversed()
    .flatMap(field => listed(headerWords[field]).map((word, rank) => [word, { field, rank }] as const)),
)
const leftOut = new Set(listed(leftOutWords))
const rowNumbers = new Set(listed(rowNumberWords))

/** Whose record it is goes without saying: `Telefon klienta` is `telefon`. */
const owners =
  /\b(klienta|klientki|osoby|pacjenta|pacjentki|podopiecznego|mieszkanca|beneficjenta|client s?|patient s?|person s?|resident s?)\b/g

/** The header as words: `firstName` -> `first name`. */
const spaced = (header: string) => header.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')

const formsOf = (header: string): string[] => {
  const name = header.slice(0, judged)
  const plain = fold(spaced(name))
  const bare = plain.replace(owners, ' ').replace(/(?<!\d)\d+$/, '')
  const forms = [name, plain, bare, bare.replace(/^(client|patient|klient|pacjent) /, '')]
  // `Phone 2 - Value` is one phone more; `Address 2 - City` is of an address that is none of the others.
  return [...forms, ...(secondAddress.test(plain) ? [] : [plain.replace(/(?<!\d)\d+(?!\d)/g, ' ')])].map(squeeze)
}
const secondAddress = /^(address|adres) (?!1 )\d+ /

const recognise = (header: string) =>
  formsOf(header)
    .map(form => known.get(form))
    .find(Boolean)

/** Whether Ostoja leaves this column out on purpose. */
export const isLeftOut = (header: string): boolean => formsOf(header).some(form => leftOut.has(form))

/**
 * Whether a column numbers the rows of its list rather than the people in it: its name says no more than that it holds
 * numbers, and they run on by one. Such a number belongs to somebody else in the next list.
 */
export const countsRows = (header: string, values: readonly string[]): boolean => {
  if (!formsOf(header).some(form => rowNumbers.has(form)) || !values.every(value => /^[1-9]\d{0,8}\.?$/.test(value)))
    return false
  const numbers = [...new Set(values.map(value => Number.parseInt(value, 10)))].sort((one, other) => one - other)
  if (numbers.length === 1) return numbers[0] === 1
  return numbers.length > 1 && numbers.at(-1)! - numbers[0]! < numbers.length * densest
}

/**
 * Guesses what each column is, from its name, or, where that says nothing, from what stands in it.
 * Where several columns could be the same single field, the surest name wins and the others are not imported.
 * @param rows the first rows, enough of them to show how dates and names are written
 */
export const guessReading = (header: readonly string[], rows: readonly (readonly string[])[]): Reading => {
  const guesses = header.map((name, column) => {
    const values = valuesIn(rows, column)
    return isLeftOut(name) || countsRows(name, values) ? undefined : (recognise(name) ?? guessFrom(values))
  })
  const columns: ColumnUse[] = guesses.map(guess => guess?.field ?? null)

  for (const field of fieldNames) if (!fields[field].many) keepSurest(columns, guesses, field)
  settleNames(columns, rows)

  const inColumnsOf = (...wanted: Field[]) =>
    columns.flatMap((field, column) => (field && wanted.includes(field) ? valuesIn(rows, column) : []))
  return {
    columns,
    dayOrder: dayOrderOf(inColumnsOf('birthDate', 'deceasedOn')),
    dropDigits: mostEndInDigits(inColumnsOf('givenNames', 'familyName', 'fullName', 'fullNameFamilyFirst')),
  }
}

/**
 * Names are read from one column that holds them whole, or from one for each part. Where a whole name stands beside one part
 * only (`Name;Surname`, `Full name;Surname`), its cells tell which it is: of one word each, they are the other part.
 */
const settleNames = (columns: ColumnUse[], rows: readonly (readonly string[])[]) => {
  const parts = partsOfName.filter(part => columns.includes(part))
  const whole = columns.findIndex(field => field && wholeNames.includes(field))
  if (whole < 0) return
  if (parts.length === 1) {
    const values = valuesIn(rows, whole)
    if (values.length > 0 && values.filter(isSeveralWords).length > values.length / 2) drop(columns, partsOfName)
    else columns[whole] = parts[0] === 'familyName' ? 'givenNames' : 'familyName'
  }
  if (partsOfName.some(part => columns.includes(part))) drop(columns, wholeNames)
  else if (columns.includes('fullName')) drop(columns, ['fullNameFamilyFirst'])
}
const isSeveralWords = (value: string) => /[^\s,][\s,]+\S/.test(value)

const valuesIn = (rows: readonly (readonly string[])[], column: number) =>
  rows.map(row => (row[column] ?? '').slice(0, judged).trim()).filter(Boolean)

const guessFrom = (values: readonly string[]): { field: Field; rank: number } | undefined =>
  values.length > 0 && values.filter(value => telltaleOf(value) === 'emails').length > values.length * 0.8
    ? { field: 'email', rank: 1000 }
    : undefined

const keepSurest = (columns: ColumnUse[], guesses: readonly ({ rank: number } | undefined)[], field: Field) => {
  const rivals = columns.flatMap((guess, column) => (guess === field ? [column] : []))
  const surest = rivals.toSorted((a, b) => (guesses[a]?.rank ?? 0) - (guesses[b]?.rank ?? 0))[0]
  for (const column of rivals) if (column !== surest) columns[column] = null
}

const drop = (columns: ColumnUse[], unwanted: readonly Field[]) => {
  columns.forEach((field, column) => {
    if (field && unwanted.includes(field)) columns[column] = null
  })
}

/** Test systems number their invented people: `Gómez206`. */
const mostEndInDigits = (names: readonly string[]) => names.length > 0 && share(names, /\p{L}\d+$/u) > 0.6

const share = (values: readonly string[], pattern: RegExp) =>
  values.filter(value => pattern.test(value)).length / values.length
