/**
 * Romanisations of Cyrillic and Greek names, as documents and people write them: the official Ukrainian table (Cabinet of
 * Ministers, resolution 55 of 2010), the Russian passport table (ICAO Doc 9303), common English spelling, and Polish
 * transcription (Rada Języka Polskiego; PWN dictionary). Accents are left out, since names are compared without them.
 */

/** What a letter becomes; `before` is the letter in front of it, '' at the start of a word. */
type Rule = string | ((before: string) => string)
type Scheme = ReadonlyMap<string, Rule>

const vowels = 'аеєиіїоуюяыэё'
const isHard = (before: string) => before === '' || vowels.includes(before) || "ьъ'’ʼ`".includes(before)
const atStart = (first: string, later: string) => (before: string) => (before === '' ? first : later)
/** A soft vowel in Polish: `ja` by itself, `la` after л, `cia` after other consonants. */
const soft =
  (vowel: string) =>
  (before: string): string =>
    isHard(before) ? `j${vowel}` : before === 'л' ? vowel : `i${vowel}`
const unlessHushed = (rule: (before: string) => string, hushed: string) => (before: string) =>
  'жчшщц'.includes(before || ' ') ? hushed : rule(before)

const table = (letters: string, changes: Record<string, Rule>): Scheme =>
  new Map<string, Rule>([
    ...letters.split(' ').map((pair): [string, string] => [pair.slice(0, 1), pair.slice(1)]),
    ...Object.entries(changes),
  ])

const common = 'аa бb гg ґg дd еe зz иi іi йi кk лl мm нn оo пp рr сs тt уu фf ъ ь ыy эe јj љlj њnj ћc ђdj џdz'
const english = `${common} вv жzh хkh цts чch шsh щshch ўu`
const polish = `${common} вw жz хch цc чcz шsz щszcz йj їji юju яja ўw`

const ukrainian = table(english, {
  г: before => (before === 'з' ? 'gh' : 'h'),
  и: 'y',
  є: atStart('ye', 'ie'),
  ї: atStart('yi', 'i'),
  й: atStart('y', 'i'),
  ю: atStart('yu', 'iu'),
  я: atStart('ya', 'ia'),
})
const russianPassport = table(english, { ё: 'e', ю: 'iu', я: 'ia', ъ: 'ie' })
const russianCommon = table(english, {
  е: before => (isHard(before) ? 'ye' : 'e'),
  ё: 'yo',
  й: before => (before === 'ы' ? '' : 'y'),
  ю: 'yu',
  я: 'ya',
})
const ukrainianInPolish = table(polish, { г: 'h', и: 'y', є: soft('e'), ю: soft('u'), я: soft('a') })
const russianInPolish = table(polish, {
  е: unlessHushed(soft('e'), 'e'),
  ё: unlessHushed(soft('o'), 'o'),
  и: before => ('жшц'.includes(before || ' ') ? 'y' : 'i'),
  й: before => (before === 'ы' || before === 'и' ? '' : 'j'),
  ю: soft('u'),
  я: soft('a'),
})
const greek = table('αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo', {
  υ: before => (before === 'ο' ? 'u' : 'αε'.includes(before || ' ') ? 'v' : 'y'),
})

/** The name in Latin letters, each way it is usually written; none where it is in no such script. */
export const romanisations = (name: string): string[] => {
  if (!/[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(name)) return []
  const text = name.normalize('NFKC').toLowerCase()
  const written = schemesFor(text).map(scheme => romanise(text, scheme))
  return [...new Set(written.flatMap(one => [one, one.replace(/(?:iia|iya|ija)(?![a-z])/g, 'ia')]))]
}

const schemesFor = (text: string): Scheme[] => {
  if (/\p{Script=Greek}/u.test(text)) return [greek]
  const inUkrainian = [ukrainian, ukrainianInPolish]
  const inRussian = [russianPassport, russianCommon, russianInPolish]
  if (/[іїєґ]/.test(text)) return inUkrainian
  return /[ыэёъ]/.test(text) ? inRussian : [...inUkrainian, ...inRussian]
}

/** Accents are taken off letters that are not in the table without them: `é` of a stressed vowel, but not `й`. */
const romanise = (text: string, scheme: Scheme): string => {
  let before = ''
  let written = ''
  for (const letter of withoutStress(text)) {
    const rule = scheme.get(letter)
    const apart = !/[\p{L}'’ʼ`]/u.test(letter)
    written +=
      rule === undefined ? (/['’ʼ`]/.test(letter) ? '' : letter) : typeof rule === 'string' ? rule : rule(before)
    before = apart ? '' : letter
  }
  return written
}

const withoutStress = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, (mark, at: number, whole: string) =>
      /[иіеу]/.test(whole[at - 1] ?? '') && /[\u0306\u0308]/.test(mark) ? mark : '',
    )
    .normalize('NFC')

const toPolish: readonly (readonly [RegExp, string])[] = [
  [/shch/g, 'szcz'],
  [/tsch/g, 'cz'],
  [/sch|sh/g, 'sz'],
  [/(?<!s)ch/g, 'cz'],
  [/kh/g, 'ch'],
  [/zh/g, 'z'],
  [/ts/g, 'c'],
  [/v/g, 'w'],
  [/x/g, 'ks'],
  [/y(?=[aeiou])/g, 'j'],
  [/ii|ij|iy/g, 'i'],
]
const toEnglish: readonly (readonly [RegExp, string])[] = [
  [/(?<![cs])ch/g, 'kh'],
  [/szcz/g, 'shch'],
  [/sz/g, 'sh'],
  [/cz/g, 'ch'],
  [/w/g, 'v'],
  [/ks/g, 'x'],
  [/j/g, 'y'],
]

/** A folded word in the letters that the other language would use: `shevchenko` is `szewczenko` in Polish, and back. */
export const respellings = (word: string): string[] => {
  const written = [toPolish, toEnglish].map(rules => rules.reduce((text, [from, to]) => text.replace(from, to), word))
  return [...new Set(written)].filter(text => text !== word)
}
