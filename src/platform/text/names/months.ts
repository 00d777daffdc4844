import type { Words } from './name-words.ts'

const roman = ['i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix', 'x', 'xi', 'xii']
/** As Poles write them behind `w`; Intl has no locative. */
const locatives =
  'styczniu lutym marcu kwietniu maju czerwcu lipcu sierpniu wrzesniu pazdzierniku listopadzie grudniu'.split(' ')
const minMonth = 3
const known = new Map<Words, ReadonlyMap<string, number>>()

/**
 * The number of a month by its Polish, English or Ukrainian name, the beginning of one, or Roman digits; null where it is
 * none, or may be several.
 */
export const monthOf = (text: string, words: Words): number | null => {
  const [name = ''] = words(text)
  if (roman.includes(name)) return roman.indexOf(name) + 1
  if (locatives.includes(name)) return locatives.indexOf(name) + 1
  const names = known.get(words) ?? monthNames(words)
  known.set(words, names)
  const whole = names.get(name)
  if (whole || name.length < minMonth) return whole ?? null
  const begun = new Set([...names].filter(([other]) => other.startsWith(name)).map(([, number]) => number))
  return begun.size === 1 ? [...begun][0]! : null
}

/** As pages write them: alone and with a day, in full and short. */
const monthNames = (words: Words) =>
  new Map(
    ['pl', 'en', 'uk'].flatMap(language =>
      (['long', 'short'] as const).flatMap(style =>
        [{}, { day: 'numeric' as const }].flatMap(beside => {
          const format = new Intl.DateTimeFormat(language, { timeZone: 'UTC', month: style, ...beside })
          return roman.map((_, at): [string, number] => {
            const parts = format.formatToParts(Date.UTC(2024, at, 1))
            return [words(parts.find(({ type }) => type === 'month')?.value ?? '')[0] ?? '', at + 1]
          })
        }),
      ),
    ),
  )
