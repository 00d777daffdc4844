import type { Trx } from '../../platform/db/tenant.ts'
import { fold } from '../../platform/text/fold.ts'
import { mayBeSameDay } from '../../platform/text/names/days.ts'
import { selectByIds, selectByPersons } from './bulk/queries.ts'
import type { ClientProfile } from './profile.ts'
import type { ReadRow } from './queries.ts'
import { searchClients } from './search/queries.ts'
import type { Sealing } from './sealing.ts'

type Person = Pick<ClientProfile, 'givenNames' | 'familyName' | 'birthDate'>

/** So many clients of a year or a month are compared with a person of whom no more is known. */
const maxCompared = 50

/**
 * Finds clients, archived ones too, of the same folded names and birth date (or none on either side) as each of some people.
 * Dates are compared as far as both are known: one may be a year alone, whichever it is.
 * @returns for each person, by index, those of a date as far known or less first, then those of whom more is known; within
 *   both, whoever was made first
 */
export const createFindNamesakes = (sealing: Sealing) => {
  /** The index of a person holds the one date that is recorded, so those of whom more is known are found by their words. */
  const findMoreExact = async (trx: Trx, tenantId: string, people: readonly Person[]): Promise<ReadRow[][]> => {
    const asked = await Promise.all(people.map(person => sealing.tokens.moreExact(tenantId, person)))
    const questions = asked.flat().map(tokens => ({ exact: tokens, prefix: tokens, alike: [] }))
    if (questions.length === 0) return people.map(() => [])
    const hits = new Map((await searchClients(trx, questions, 0, maxCompared)).map(hit => [hit.id, hit]))
    const opened = await sealing.openAll(tenantId, [...hits.values()])
    const ids = [...hits.keys()]
    const found = people.map((person, index) =>
      asked[index]!.length > 0 ? ids.filter((_, at) => isMoreExact(opened[at]!, person)) : [],
    )
    const rows = new Map((await selectByIds(trx, [...new Set(found.flat())])).map(row => [row.id, row]))
    return found.map(ofOne =>
      ofOne
        .flatMap(id => rows.get(id) ?? [])
        .toSorted((one, other) => one.created_at.getTime() - other.created_at.getTime()),
    )
  }

  return async (trx: Trx, tenantId: string, people: readonly Person[]): Promise<ReadRow[][]> => {
    const tokens = await Promise.all(people.map(person => sealing.tokens.person(tenantId, person)))
    const rows = (await selectByPersons(trx, tokens.flat())).toReversed()
    const byToken = Map.groupBy(rows, row => row.person_token)
    const moreExact = await findMoreExact(trx, tenantId, people)
    return tokens.map((ofOne, index) => [
      ...[...new Set(ofOne)].flatMap(token => byToken.get(token) ?? []),
      ...moreExact[index]!,
    ])
  }
}

const isMoreExact = (recorded: Person, { givenNames, familyName, birthDate }: Person): boolean =>
  recorded.birthDate !== null &&
  recorded.birthDate !== birthDate &&
  mayBeSameDay(recorded.birthDate, birthDate!) &&
  fold(recorded.givenNames) === fold(givenNames) &&
  fold(recorded.familyName) === fold(familyName)
