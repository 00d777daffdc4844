import { readPhone, showPhone, type CountryCode } from '../../../platform/text/phone.ts'
import { withoutZeros } from '../../../platform/text/file-number.ts'
import { fold, words } from '../../../platform/text/fold.ts'
import { askedNames, equals } from '../../../platform/text/names/asked-names.ts'
import { nameWords } from '../../../platform/text/names/name-words.ts'
import { mayBeSameDay } from '../../../platform/text/names/days.ts'
import type { Findable } from '../needs.ts'

const fewestDigits = 7

/**
 * Whether a record is the one that somebody looks for: by its whole file number, a whole telephone number of the client, or given and family
 * name, each a whole word, in any usual romanisation. Beginnings, sounds and typing errors don't count: in a search nobody may feel their way along.
 * @param birthDate 'YYYY-MM-DD', or empty where it isn't known; one that is recorded in part fits where that part does
 * @param country of the organisation, whose telephone numbers need no country code
 */
export const fits = (record: Findable, sought: string, birthDate: string, country: CountryCode): boolean =>
  (!birthDate || (record.birthDate !== null && mayBeSameDay(record.birthDate, birthDate))) &&
  (isFileNumber(record, sought) || isPhone(record, sought, country) || isName(record, sought))

const isFileNumber = ({ fileNumber }: Findable, sought: string) => {
  const key = (text: string) => withoutZeros(fold(text).replaceAll(' ', ''))
  return key(fileNumber) !== '' && key(fileNumber) === key(sought)
}

const isPhone = ({ phones }: Findable, sought: string, country: CountryCode) => {
  const { number } = readPhone(sought, country)
  const digits = sought.replaceAll(/\D/g, '')
  const isTyped = (typed: string) => digits.length >= fewestDigits && typed.replaceAll(/\D/g, '') === digits
  return phones.some(phone => (number && showPhone(phone, country).number === number) || isTyped(phone.typed))
}

const isName = ({ givenNames, familyName, preferredName }: Findable, sought: string) => {
  const asked = askedNames(sought, words)
  const has =
    (...names: string[]) =>
    (name: (typeof asked)[number]) =>
      names.some(written => nameWords(written, words).some(({ text }) => equals(name, text)))
  return (
    asked.every(has(givenNames, preferredName ?? '', familyName)) &&
    asked.some(has(givenNames, preferredName ?? '')) &&
    asked.some(has(familyName))
  )
}
