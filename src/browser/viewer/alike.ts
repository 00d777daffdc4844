import type { ExportedClient } from '../../features/exports/index.ts'
import { likeness, type AskedName } from '../../platform/text/names/asked-names.ts'
import { namesOf, type Entry, type WordsOf } from './entries.ts'
import { answers, fitsDates, mayFitDates, type Reading } from './matching.ts'

/** Finds clients whose own names are like what was typed: spelled another way, sounding so, or with one letter wrong; or whose birth date is known in part. */
export const createAlike =
  (clients: readonly ExportedClient[], entries: readonly Entry[], wordsOf: WordsOf) =>
  (readings: readonly Reading[], but: ReadonlySet<number>, most: number): number[] => {
    const best = new Map<number, number>()
    for (const reading of readings.filter(reading => reading.dates.length > 0 || hasName(reading))) {
      const apartFrom = createComparison(wordsOf)
      for (const entry of entries) {
        const client = clients[entry.at]
        if (!client || but.has(entry.at) || !mayFitDates(reading, entry)) continue
        const names = namesOf(client)
        let apart = fitsDates(reading, entry) ? 0 : 1
        for (const piece of reading.pieces)
          if (!answers(piece, entry, () => false)) for (const asked of piece.names) apart += apartFrom(asked, names)
        if (Number.isFinite(apart)) best.set(entry.at, Math.min(apart, best.get(entry.at) ?? apart))
      }
    }
    return [...best]
      .sort(([, one], [, other]) => one - other)
      .slice(0, most)
      .map(([at]) => at)
  }

const hasName = ({ pieces }: Reading) => pieces.some(({ names }) => names.some(({ text }) => !/^\d+$/.test(text)))

/** How far a word is from the nearest of somebody's names; infinitely where none is like it. Each name is compared once. */
const createComparison = (wordsOf: WordsOf) => {
  const done = new Map<AskedName, Map<string, number>>()
  return (asked: AskedName, names: readonly string[]): number => {
    const compared = done.get(asked) ?? new Map<string, number>()
    done.set(asked, compared)
    let least = Number.POSITIVE_INFINITY
    for (const name of names) {
      const apart = compared.get(name) ?? likeness(asked, wordsOf(name))?.apart ?? Number.POSITIVE_INFINITY
      compared.set(name, apart)
      least = Math.min(least, apart)
    }
    return least
  }
}
