import type { Field } from './fields.ts'
import type { Given } from './profile.ts'

type Names = { givenNames: string; familyName: string }

/**
 * Words that begin a family name of several: `van der Berg`, `de la Cruz`, `Mc Leod`. Some stand for themselves in other
 * names when they begin with a capital (`Le Van Anh`), so those count in lower case only.
 */
const particles = new Set(
  `van von der den de del della delle degli di da do dos das du des la las le les los lo el al bin ibn ben bint abu ter ten te
   zu zum zur vom vander af av ap mc mac san santa st`.split(/\s+/),
)
const capitalParticles = new Set('Von De Del Della Di Da Dos Du Mc Mac St'.split(' '))
const pairs = /^(van|von|de) (der|den|de|het|la|las|los|'t)$/i

const isParticle = (words: readonly string[], at: number): boolean => {
  const word = (words[at] ?? '').replace(/\.$/, '')
  const pair = (first: number) => pairs.test(words.slice(first, first + 2).join(' '))
  return particles.has(word) || capitalParticles.has(word) || pair(at) || (at > 0 && pair(at - 1))
}

/** What stands behind the comma of `John Smith, Jr.` and is no given name. */
const suffix = /^(jr|sr|jun|sen|ii|iii|iv|phd|md|dr|mgr|inż|prof)\.?$/i

/** Two names that a hyphen with blanks joins are one: `Nowak - Kowalska`. */
export const withTightHyphens = (name: string): string =>
  name.replace(/(?<=\p{L})(?:\s{1,9}[-–—]\s{0,9}|[-–—]\s{1,9})(?=\p{Lu})/gu, '-')

/**
 * The given and family names in one text. A comma parts them, family name first (`Kowalski, Jan`); without one, the family
 * name is the last word, or the first where the column says so, with the particles that belong to it.
 */
export const splitName = (text: string, order: 'given-first' | 'family-first'): Names => {
  const comma = text.indexOf(',')
  if (comma >= 0) {
    const [before, after] = [
      text.slice(0, comma).trim(),
      text
        .slice(comma + 1)
        .replaceAll(',', ' ')
        .trim(),
    ]
    if (suffix.test(after)) {
      const { givenNames, familyName } = splitName(before, order)
      return { givenNames, familyName: `${familyName} ${after}` }
    }
    if (before && after) return { givenNames: after.replace(/\s+/g, ' '), familyName: before }
    return splitName(before || after, before ? 'family-first' : order)
  }
  const words = text.split(/\s+/).filter(Boolean)
  const parted = (at: number): [string, string] => [words.slice(0, at).join(' '), words.slice(at).join(' ')]
  if (order === 'family-first') {
    let end = 0
    while (end < words.length - 1 && isParticle(words, end)) end++
    const [familyName, givenNames] = parted(end + 1)
    return { givenNames, familyName }
  }
  const particle = words.findIndex((_, at) => at > 0 && at < words.length - 1 && isParticle(words, at))
  const [givenNames, familyName] = parted(particle > 0 ? particle : words.length - 1)
  return { givenNames, familyName }
}

/** Given and family names of a row, each from its own column or out of one that holds both. */
export const namesOf = (name: (field: Field) => string): Pick<Given, 'givenNames' | 'familyName'> => {
  const tight = (field: Field) => withTightHyphens(name(field))
  const whole = tight('fullName')
    ? splitName(tight('fullName'), 'given-first')
    : splitName(tight('fullNameFamilyFirst'), 'family-first')
  const own = { givenNames: tight('givenNames'), familyName: tight('familyName') }
  // A column of family names that holds `Kowalski, Jan` holds both.
  const both = !own.givenNames && !whole.givenNames && own.familyName.includes(',')
  const { givenNames, familyName } = both
    ? splitName(own.familyName, 'family-first')
    : { givenNames: own.givenNames || whole.givenNames, familyName: own.familyName || whole.familyName }
  return { ...(givenNames && { givenNames }), ...(familyName && { familyName }) }
}
