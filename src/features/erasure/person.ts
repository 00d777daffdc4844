import { fold, words } from '../../platform/text/fold.ts'

/** By what somebody is recognised in texts that are not their record. */
export type Person = {
  clientId: string
  fileNumber: string
  givenNames: string
  familyName: string
  /** 'YYYY-MM-DD', less where only the month or the year is known, or null */
  birthDate: string | null
}

/**
 * Whether the cells of a row, or the fields of a form, are about `person`: one of them is the client's id, or the file
 * number beside one of the names, or the first given name and the whole family name are among their words and no other birth
 * date is. Rather one namesake's unfinished row too many than the person's left behind.
 */
export const isAbout = (person: Person) => {
  const names = [...words(person.familyName), ...words(person.givenNames).slice(0, 1)]
  const [clientId, fileNumber] = [fold(person.clientId), fold(person.fileNumber)]

  return (texts: readonly string[]): boolean => {
    const folded = texts.map(fold)
    if (folded.includes(clientId)) return true
    const present = new Set(texts.flatMap(words))
    if (fileNumber && folded.includes(fileNumber) && names.some(name => present.has(name))) return true
    if (names.length === 0 || !names.every(name => present.has(name))) return false
    const dates = texts.flatMap(datesIn)
    if (!person.birthDate || dates.length === 0) return true
    const [whole] = datesIn(person.birthDate)
    return whole ? dates.includes(whole) : dates.some(date => date.startsWith(person.birthDate!.slice(0, 4)))
  }
}

const dateForm =
  /(?<![\p{L}\d])(\d{4})[^\p{L}\d]?(\d{2})[^\p{L}\d]?(\d{2})(?!\d)|(?<![\p{L}\d])(\d{1,2})[^\p{L}\d](\d{1,2})[^\p{L}\d](\d{4})(?!\d)/gu

/** The dates in a text, each as its year and its smaller and greater other number: 4 May and 5 April count as the same. */
const datesIn = (text: string): string[] =>
  [...text.matchAll(dateForm)].map(([, year, month, day, first, second, lastYear]) => {
    const rest = [Number(month ?? first), Number(day ?? second)].sort((one, other) => one - other)
    return `${year ?? lastYear ?? ''}-${rest.join('-')}`
  })
