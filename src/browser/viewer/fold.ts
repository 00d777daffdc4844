/** Letters that no decomposition takes apart, as people without a Polish or foreign keyboard write them. */
const PLAIN: Record<string, string> = {
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ø: 'o',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ħ: 'h',
  ŋ: 'ng',
  ŧ: 't',
  ə: 'e',
  ɓ: 'b',
  ɗ: 'd',
  ƙ: 'k',
  ƴ: 'y',
}

/** Case and accents removed: `Łukasz Żółć` becomes `lukasz zolc`. */
export const fold = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[łđðøıßæœþħŋŧəɓɗƙƴ]/g, letter => PLAIN[letter] ?? letter)

/** Folded words with one space before each, so that ` word` finds every word by its beginning. Apostrophes join. */
export const spacedWords = (text: string) =>
  ` ${fold(text)
    .replace(/['’ʼ`´]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()}`

/** Words of a name: `Anna-Maria O’Brien` is `anna`, `maria`, `obrien`. */
export const words = (text: string) => spacedWords(text).split(' ').filter(Boolean)

export const digitsOf = (text: string) => text.replace(/\D/g, '')
