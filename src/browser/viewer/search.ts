import type { ExportedClient } from '../../features/exports/index.ts'
import { visible } from '../../platform/text/visible.ts'
import { createAlike } from './alike.ts'
import { createWordsOf, entryOf, nameOf } from './entries.ts'
import { matcher, readingsOf, type Alike } from './matching.ts'

/**
 * A client in the list of results. `at` is its place in the export; `via` the contact through whom it was found; `alike`: what of
 * it is only like what was typed.
 */
export type Hit = {
  at: number
  name: string
  fileNumber: string
  birthDate: string | null
  alerts: number
  via: string
  alike: Alike
}

/** With so many found by the letter nobody looks for names that are only like it, of whom no more are shown. */
const ENOUGH = 10

/**
 * Search over an opened export: a plain scan of folded text, which takes some ten milliseconds for 100,000 clients and
 * needs no index that would double the memory. Names are compared as on the server (src/platform/text/names).
 */
export const createSearch = (clients: readonly ExportedClient[]) => {
  const wordsOf = createWordsOf()
  const collator = new Intl.Collator('pl')
  const entries = clients
    .map((client, at) => ({ name: nameOf(client), entry: entryOf(client, at, wordsOf) }))
    .sort((a, b) => collator.compare(a.name, b.name))
    .map(({ entry }) => entry)
  const findAlike = createAlike(clients, entries, wordsOf)

  /**
   * Clients for `query` in alphabetical order, those found by whole words of their own before those found by beginnings, and
   * these before those found through a contact; where they are few, then those who are like it, the most alike first.
   */
  return (query: string): number[] => {
    const asked = visible(query).trim()
    if (!asked) return entries.map(({ at }) => at)
    const whole: number[] = []
    const own: number[] = []
    const viaContact: number[] = []
    const matches = matcher(asked)
    for (const entry of entries) {
      const how = matches(entry)
      if (how === 'whole') whole.push(entry.at)
      else if (how === 'own') own.push(entry.at)
      else if (how === 'contact') viaContact.push(entry.at)
    }
    const found = [...whole, ...own, ...viaContact]
    return whole.length + own.length < ENOUGH
      ? [...found, ...findAlike(readingsOf(asked), new Set(found), ENOUGH)]
      : found
  }
}
