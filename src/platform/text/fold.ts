import anyAscii from 'any-ascii'

/**
 * Folds text to what is compared in a search: Latin letters without accents, lower case, digits, single spaces.
 * `fold('Łukasz Żółć') === 'lukasz zolc'`. Other scripts are transliterated; apostrophes vanish (`O'Brien` -> `obrien`),
 * any other sign parts words.
 */
export const fold = (text: string): string =>
  anyAscii(text.normalize('NFKC'))
    .toLowerCase()
    .replace(/['’`]/g, '')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()

/** The folded words of a text: `words('Anna-Maria') -> ['anna', 'maria']`. */
export const words = (text: string): string[] => fold(text).split(' ').filter(Boolean)

/** The longest beginning that is indexed; what is longer is compared with the opened record. */
export const longestPrefix = 20

/** Every beginning of a folded word from two letters on (up to `longestPrefix`); a word of one letter is its own beginning. */
export const prefixes = (word: string): string[] => {
  if (word.length < 2) return word ? [word] : []
  return Array.from({ length: Math.min(word.length, longestPrefix) - 1 }, (_, index) => word.slice(0, index + 2))
}
