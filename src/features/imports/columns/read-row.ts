import { readPhone, type CountryCode } from '../../../platform/text/phone.ts'
import { isWholeDay } from '../../../platform/text/written-day.ts'
import { withoutEmptyEnd, type TableRow } from '../file/table.ts'
import { addressesOf } from './addresses.ts'
import { cellsByField, oneLine } from './cells.ts'
import { readDate, type DateFault } from './dates.ts'
import type { Field } from './fields.ts'
import type { Reading } from './guess.ts'
import { namesOf } from './names.ts'
import { phoneFields, readPhones } from './phones.ts'
import type { Given, PhoneType } from './profile.ts'
import { checkCells, checkGiven, diedBeforeBorn, type LimitFault } from './limits.ts'
import { readGender, readLanguage, readYesNo } from './words.ts'

/**
 * Why somebody must decide what becomes of a row: its file number is that of a client with another name or birth date; a
 * client, or an earlier row with another number, has the same name and birth date.
 */
export type Doubt = 'number-of-another' | 'looks-like-existing' | 'looks-like-earlier-row'
/** Why a row is refused, or what of it is worth a look; said in full by `imports:reason.<code>`. */
export type RefusalCode =
  | 'ragged'
  | 'damaged-letters'
  | 'control-characters'
  | 'no-name'
  | 'file-number-twice'
  | 'same-person-twice'
  | Doubt
  | 'not-saved'
  | 'no-room'
  | 'changed-meanwhile'
  | 'birth-date-in-future'
  | 'died-in-future'
  | 'died-before-born'
  | 'gender-unknown'
  | DateFault
  | LimitFault
export type WarningCode = 'short-row' | 'phone-not-dialable' | 'language-unknown' | 'yes-no-unknown'
/** `clientId`: whom the row seems to be about. */
export type Refusal = { code: RefusalCode; field?: Field; clientId?: string }
export type Warning = { code: WarningCode; field?: Field }

/** What a row says, and what is wrong with it. With a refusal, nothing of it is imported. */
export type ReadRow = { given: Given; refusals: Refusal[]; warnings: Warning[] }

/** Neither tab nor line break. */
const controls = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/

/**
 * Reads one row as its columns say. Pure: knows nothing of what is already recorded.
 * @param row with its cells as readable text
 * @param today YYYY-MM-DD
 * @param country of the organisation, whose telephone numbers need no country code
 */
export const readRow = (
  row: TableRow,
  { columns, dayOrder, dropDigits }: Reading,
  today: string,
  country: CountryCode,
): ReadRow => {
  const refusals: Refusal[] = []
  const warnings: Warning[] = []
  const given: Given = {}
  const refuse = (code: RefusalCode, field?: Field) => void refusals.push(field ? { code, field } : { code })
  const warn = (code: WarningCode, field: Field) => void warnings.push({ code, field })

  const filled = withoutEmptyEnd(row.cells, columns.length)
  // Programs leave out the empty cells at the end of a row.
  if (filled.length > columns.length) return { given, refusals: [{ code: 'ragged' }], warnings }
  if (filled.length < columns.length) warnings.push({ code: 'short-row' })

  const cells = cellsByField(filled, columns)
  const tooLong = checkCells(cells)
  if (tooLong.length > 0) return { given, refusals: tooLong, warnings }
  for (const [field, values] of cells) {
    if (values.some(value => value.includes('\ufffd'))) refuse('damaged-letters', field)
    if (values.some(value => controls.test(value))) refuse('control-characters', field)
  }
  if (refusals.length > 0) return { given, refusals, warnings }

  const text = (field: Field, separator = ' '): string =>
    (cells.get(field) ?? []).map(value => oneLine(value)).join(separator)
  const name = (field: Field) => (dropDigits ? text(field).replace(/(?<=\p{L})\d+(?=$|\s|-)/gu, '') : text(field))
  const lines = (field: Field) => (cells.get(field) ?? []).map(value => value.trim())
  const date = (field: 'birthDate' | 'deceasedOn') => {
    if (!cells.has(field)) return
    const read = readDate(text(field), dayOrder)
    if ('fault' in read) refuse(read.fault, field)
    else if (field === 'deceasedOn' && !isWholeDay(read.date)) refuse('date-not-whole', field)
    else given[field] = read.date
  }

  if (text('fileNumber')) given.fileNumber = text('fileNumber')
  Object.assign(given, namesOf(name))
  if (name('preferredName')) given.preferredName = name('preferredName')
  if (!given.givenNames && !given.familyName) refuse('no-name')

  date('birthDate')
  date('deceasedOn')
  if (given.birthDate && given.birthDate > today) refuse('birth-date-in-future', 'birthDate')
  if (given.deceasedOn && given.deceasedOn > today) refuse('died-in-future', 'deceasedOn')
  if (diedBeforeBorn(given)) refuse('died-before-born', 'deceasedOn')

  if (cells.has('gender')) {
    const gender = readGender(text('gender'))
    if (gender) given.gender = gender
    else refuse('gender-unknown', 'gender')
  }
  if (cells.has('interpreterNeeded')) {
    const needed = readYesNo(text('interpreterNeeded'))
    if (needed === undefined) warn('yes-no-unknown', 'interpreterNeeded')
    else given.interpreterNeeded = needed
  }
  if (cells.has('languages')) {
    const spoken = lines('languages')
      .flatMap(value => value.split(/[,;/\n]|\s(?:i|and|oraz)\s/))
      .filter(value => value.trim())
    const codes = spoken.map(readLanguage)
    if (codes.includes(undefined)) warn('language-unknown', 'languages')
    given.languages = [...new Set(codes.filter(code => code !== undefined))]
  }
  for (const [field, type] of Object.entries(phoneFields) as [keyof typeof phoneFields, PhoneType][]) {
    const phones = lines(field).flatMap(value => readPhones(value, type, country))
    if (phones.some(({ typed }) => readPhone(typed, country).dial === null)) warn('phone-not-dialable', field)
    if (phones.length > 0) given.phones = [...(given.phones ?? []), ...phones]
  }
  if (cells.has('email'))
    given.emails = [
      ...new Set(
        lines('email')
          .flatMap(value => value.split(/[,;\s]+/))
          .filter(Boolean),
      ),
    ]
  if (cells.has('alerts')) given.alerts = lines('alerts').map(oneLine)
  if (cells.has('notes')) given.notes = lines('notes').join('\n')

  const { home, further } = addressesOf(cells)
  if (home) given.address = home
  if (further.length > 0) given.furtherAddresses = further

  refusals.push(...checkGiven(given))
  return { given, refusals, warnings }
}
