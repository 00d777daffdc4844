import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { fold } from '../../platform/text/fold.ts'
import { checkMerged } from './columns/limits.ts'
import {
  amendedProfile,
  differences,
  newProfile,
  type ChangedField,
  type Given,
  type Profile,
} from './columns/profile.ts'
import { readRow, type ReadRow, type Refusal, type RefusalCode, type Warning } from './columns/read-row.ts'
import type { Reading } from './columns/guess.ts'
import type { ClientRecords, ExistingClient, Needs } from './needs.ts'
import type { OpenRow } from './sealed.ts'
import type { Outcome } from './states.ts'

/** What will become of a row. `after` is the whole record as it will be; `before`, the one it changes. */
export type PlannedRow = {
  row: OpenRow
  given: Given
  outcome: Outcome
  refusals: Refusal[]
  warnings: Warning[]
  before: ExistingClient | null
  after: Profile | null
  changed: ChangedField[]
}

/** Who has come up in the file so far; kept from batch to batch, in memory only. */
export type Seen = { fileNumbers: Set<string>; people: Set<string> }
export const nobodySeen = (): Seen => ({ fileNumbers: new Set(), people: new Set() })

type Ground = {
  trx: Trx
  actor: Actor
  clients: Pick<ClientRecords, 'findByFileNumbers' | 'findLookalikes'>
  today: string
  country: Needs['country']
}

/**
 * Decides for each row what it does to the records as they are now:
 * a file number that is taken changes its record, any other row makes a new one, unless it says somebody twice or, without
 * a file number, somebody who seems to be there already.
 */
export const planRows = async (
  ground: Ground,
  rows: readonly OpenRow[],
  reading: Reading,
  seen: Seen,
): Promise<PlannedRow[]> => {
  const { trx, actor, clients, today } = ground
  const country = await ground.country(trx, actor)
  const read = rows.map(row => ({ row, ...readRow(row, reading, today, country) }))
  for (const one of read) refuseRepeated(one, seen)

  const sound = read.filter(({ refusals }) => refusals.length === 0)
  const existing = await clients.findByFileNumbers(
    trx,
    actor,
    sound.flatMap(({ given }) => given.fileNumber ?? []),
  )
  const unnumbered = sound.filter(({ given }) => !given.fileNumber && given.birthDate)
  const alike = await clients.findLookalikes(
    trx,
    actor,
    unnumbered.map(({ given }) => ({
      givenNames: given.givenNames ?? '',
      familyName: given.familyName ?? '',
      birthDate: given.birthDate ?? '',
    })),
  )
  unnumbered.forEach(({ refusals }, index) => {
    if (alike.has(index)) refusals.push({ code: 'looks-like-existing' })
  })
  return read.map(one =>
    planned(one, one.given.fileNumber === undefined ? undefined : existing.get(one.given.fileNumber)),
  )
}

const planned = (
  { row, given, refusals, warnings }: ReadRow & { row: OpenRow },
  before: ExistingClient | undefined,
): PlannedRow => {
  const after = before ? amendedProfile(before.profile, given) : newProfile(given)
  const all = refusals.length === 0 ? checkMerged(after) : refusals
  const changed = before && all.length === 0 ? differences(before.profile, after) : []
  const outcome = all.length > 0 ? 'refused' : !before ? 'new' : changed.length > 0 ? 'changed' : 'unchanged'
  return {
    row,
    given,
    outcome,
    refusals: all,
    warnings: all.length > 0 ? [] : warnings,
    before: before ?? null,
    after: all.length > 0 ? null : after,
    changed,
  }
}

/** The second of two rows with one file number is refused; so is, without a number, the second with the same names and birth date. */
const refuseRepeated = ({ given, refusals }: ReadRow, seen: Seen) => {
  if (refusals.length > 0) return
  const person = given.birthDate
    ? `${fold(given.givenNames ?? '')}|${fold(given.familyName ?? '')}|${given.birthDate}`
    : null
  const refuse = (code: RefusalCode) => void refusals.push({ code })
  if (given.fileNumber) {
    const number = given.fileNumber.normalize('NFKC').toUpperCase()
    if (seen.fileNumbers.has(number)) return refuse('file-number-twice')
    seen.fileNumbers.add(number)
  } else if (person && seen.people.has(person)) return refuse('same-person-twice')
  if (person) seen.people.add(person)
}
