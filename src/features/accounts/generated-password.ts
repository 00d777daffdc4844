import { randomInt } from 'node:crypto'
import { visibleProblems, type PasswordNames } from './password-policy.ts'

/** Letters and digits that nobody confuses when reading aloud or by hand: no l, I, O, 0, 1. */
const lower = 'abcdefghijkmnpqrstuvwxyz'
const upper = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const digits = '23456789'
const special = '!#%+=?@*'

/**
 * A strong password from the system's CSPRNG: 16 characters in groups of four parted by hyphens, so that it can be read
 * aloud, with at least one upper-case and one lower-case letter, one digit and one special character.
 */
export const generatePassword = (): string => {
  const required = [lower, upper, digits, special].map(pick)
  const rest = Array.from({ length: 12 }, () => pick(lower + upper + digits))
  const characters = shuffle([...required, ...rest])
  return [0, 4, 8, 12].map(start => characters.slice(start, start + 4).join('')).join('-')
}

/** A generated password in which, by no accident, the names stand that nobody may use in theirs. */
export const generatePasswordFor = (names: PasswordNames): string => {
  const password = generatePassword()
  return visibleProblems(password, { ...names, minimum: 8, passphrases: false }).length === 0
    ? password
    : generatePasswordFor(names)
}

const pick = (alphabet: string): string => alphabet.charAt(randomInt(alphabet.length))

/** Fisher–Yates, so that the required characters may stand anywhere. */
const shuffle = (items: string[]): string[] => {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1)
    ;[items[last], items[other]] = [items[other]!, items[last]!]
  }
  return items
}
