/**
 * Arabic writing leaves short vowels out, so a name in it is compared with one in Latin letters by its consonants:
 * محمد and Mohammed, Muhammad, Mohamed are all `mhmd`. Consonants that Latin spellings confuse are one letter here.
 */
const arabic = new Map(
  'بb پb تt ثt جg چs حh خh دd ذd رr زz ژz سs شs صs ضd طt ظz غg فf ڤf قk كk کk گg لl مm نn هh'
    .split(' ')
    .map((pair): [string, string] => [pair.slice(0, 1), pair.slice(1)]),
)

const latin: readonly (readonly [RegExp, string])[] = [
  [/dj/g, 'g'],
  [/sch|sh|ch/g, 's'],
  [/kh/g, 'h'],
  [/([gtdp])h/g, '$1'],
  [/[qc]/g, 'k'],
  [/x/g, 'ks'],
  [/j/g, 'g'],
  [/p(?!h)/g, 'b'],
  [/v/g, 'f'],
  [/[aeiouyw0-9]/g, ''],
]

export const isArabic = (word: string): boolean => /\p{Script=Arabic}/u.test(word)

/**
 * The consonants of a word in Arabic or in folded Latin letters, also without an article in front of it (Almasri, المصري);
 * none where fewer than two are left.
 */
export const consonantsOf = (word: string): string[] => {
  const whole = word.normalize('NFKC')
  return [...new Set([whole, whole.replace(/^(?:ال|[ae]l)(?=.{3})/u, '')].map(skeletonOf))].filter(
    ({ length }) => length > 1,
  )
}

const skeletonOf = (word: string): string => {
  const letters = isArabic(word)
    ? [...word].map(letter => arabic.get(letter) ?? '').join('')
    : latin.reduce((text, [from, to]) => text.replace(from, to), word.replace(/[^a-z]/g, ''))
  return letters.replace(/(.)\1+/g, '$1').replace(/h$/, '')
}
