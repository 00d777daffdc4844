/**
 * What a file number is compared by: two numbers are the same when they differ only in case, spaces or zeros in front
 * (41, 041 and 000041).
 */
export const fileNumberKey = (fileNumber: string): string => withoutZeros(exactFileNumber(fileNumber))

/** Without zeros in front, so that 12 is found as 000012 and 0601… as +48601…. */
export const withoutZeros = (digits: string) => digits.replace(/^0+(?=\d)/, '')

/** A file number without case and needless spaces, but with its zeros. */
export const exactFileNumber = (fileNumber: string): string =>
  fileNumber.normalize('NFKC').toUpperCase().replace(/\s+/g, ' ').trim()

const maxZeroFilled = 10

/**
 * Every way a file number may have been written down, as `exactFileNumber` gives it: first as it is, then with fewer or more
 * zeros in front, up to ten digits. An index that can only be asked for equal values is asked for each.
 */
export const fileNumberSpellings = (fileNumber: string): string[] => {
  const key = fileNumberKey(fileNumber)
  const digits = /^\d+/.exec(key)?.[0].length ?? maxZeroFilled
  const filled = Array.from({ length: Math.max(0, maxZeroFilled - digits) }, (_, zeros) => '0'.repeat(zeros + 1) + key)
  return [...new Set([exactFileNumber(fileNumber), key, ...filled])]
}
