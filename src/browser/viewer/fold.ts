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
}

/** Case and accents removed: `Łukasz Żółć` becomes `lukasz zolc`. */
export const fold = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[łđðøıßæœþħ]/g, letter => PLAIN[letter] ?? letter)

/** Words of a name; apostrophes join (`O’Brien` is `obrien`), everything else that is no letter or digit parts. */
export const words = (text: string) =>
  fold(text)
    .replace(/['’ʼ`´]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)

export const digitsOf = (text: string) => text.replace(/\D/g, '')
