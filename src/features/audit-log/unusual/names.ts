import { words } from '../../../platform/text/fold.ts'

type Called = { given: string; family: string }

/** Endings by which Polish family names tell a woman from a man: Nowicka and Nowicki are of one family. */
const women: readonly [RegExp, string][] = [
  [/ska$/, 'ski'],
  [/cka$/, 'cki'],
  [/dzka$/, 'dzki'],
  [/zna$/, 'zny'],
  [/owa$/, 'owy'],
]
const ofBoth = (word: string): string => {
  const [ending, instead] = women.find(([pattern]) => pattern.test(word)) ?? []
  return ending && instead ? word.replace(ending, instead) : word
}
const familyOf = ({ family }: Called) => words(family).map(ofBoth)

/** Whether two people have a family name in common, one of a double one too. */
export const sameFamilyName = (one: Called, other: Called): boolean => {
  const others = new Set(familyOf(other))
  return familyOf(one).some(word => others.has(word))
}

/** Whether two names are probably of one person: the first given name and the whole family name, folded. */
export const samePerson = (one: Called, other: Called): boolean => {
  const whole = (called: Called) => [words(called.given)[0] ?? '', ...familyOf(called)].join(' ')
  return familyOf(one).length > 0 && whole(one) === whole(other)
}
