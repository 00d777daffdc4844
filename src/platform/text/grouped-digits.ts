/** As many digits as a telephone number has at most, its country's code and what people dial before it included. */
export const longestPhone = 17
/** From so many digits on, digits in groups are one number even where nobody asks for a part of one. */
const shortestPhone = 7
/** From so many digits on, a number in a query may be the beginning or the end of a telephone number. */
export const shortestPhonePart = 4

/** Digits with what people put between the groups of a telephone number; then the same with a slash parting two numbers. */
const grouped = /\+?\d[\d\s().\-/]*\d/g
const groupedBetweenSlashes = /\+?\d[\d\s().-]*\d/g

/** The text with each run of grouped digits written as one number, if it has from `least` to `longestPhone` digits. */
export const joinDigits = (text: string, least = shortestPhone): string =>
  text.replace(grouped, run => (hasDigits(run, least) ? ` ${digitsIn(run)} ` : run))

/**
 * The digits that may be the one telephone number in a text, whatever stands beside it: a name, an extension, a zero in
 * brackets (`+48 (0) 22 621 12 34 wew. 12`). None where several numbers are there; validity is not checked.
 */
export const phoneDigitsIn = (text: string): string[] =>
  [grouped, groupedBetweenSlashes].flatMap(pattern => {
    const runs = text.replace(/\(0\)/g, '').match(pattern) ?? []
    const numbers = runs.filter(run => hasDigits(run, shortestPhone))
    return numbers.length === 1 ? numbers.map(digitsIn) : []
  })

const digitsIn = (run: string) => run.replace(/\D/g, '')
const hasDigits = (run: string, least: number) => {
  const { length } = digitsIn(run)
  return length >= least && length <= longestPhone
}
