import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { fileNumberKey } from '../../platform/text/file-number.ts'
import { fold } from '../../platform/text/fold.ts'
import type { CountryCode } from '../../platform/text/phone.ts'
import { isSamePerson } from './columns/identity.ts'
import { checkMerged } from './columns/limits.ts'
import {
  amendedProfile,
  differences,
  newProfile,
  type ChangedField,
  type Given,
  type Profile,
} from './columns/profile.ts'
import { readRow, type Doubt, type ReadRow, type Refusal, type RefusalCode, type Warning } from './columns/read-row.ts'
import { partsOfName, wholeNames, type Field } from './columns/fields.ts'
import type { Reading } from './columns/guess.ts'
import type { ClientRecords, ExistingClient, Needs } from './needs.ts'
import type { OpenRow } from './sealed.ts'
import type { Outcome } from './states.ts'

/**
 * What will become of a row. `after` is the whole record as it will be; `before`, the one it changes or, where somebody must
 * decide yet, the one it seems to be about. Why that is stands in `refusals`.
 */
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
 * Decides for each row what it does to the records as they are now: a file number that is taken changes its record, any other
 * row makes a new one. Undecided are rows whose number belongs to somebody of another name or birth date, and those that
 * say somebody who seems to be there already; once a person has decided, they do what was decided.
 */
export const planRows = async (
  ground: Ground,
  rows: readonly OpenRow[],
  reading: Reading,
  seen: Seen,
): Promise<PlannedRow[]> => {
  const { trx, actor, clients, today } = ground
  const country = await ground.country(trx, actor)
  const read: RowWithDoubt[] = rows.map(row => ({ row, ...readRow(row, reading, today, country), doubt: null }))
  for (const one of read) if (!one.row.left_out) refuseRepeated(one, seen)

  const sound = read.filter(({ row, refusals }) => refusals.length === 0 && !row.left_out)
  const existing = await clients.findByFileNumbers(
    trx,
    actor,
    sound.flatMap(({ given }) => given.fileNumber ?? []),
  )
  const holderOf = ({ given }: ReadRow) => (given.fileNumber ? existing.get(given.fileNumber) : undefined)
  // Of people without a birth date, lists hold many of one name.
  const unknown = sound.filter(one => !holderOf(one) && one.given.birthDate)
  const alike = await clients.findLookalikes(
    trx,
    actor,
    unknown.map(({ given }) => ({
      givenNames: given.givenNames ?? '',
      familyName: given.familyName ?? '',
      birthDate: given.birthDate ?? '',
    })),
  )
  const lookalikes = new Map(unknown.map((one, index) => [one, alike.get(index)]))
  return read.map(one => {
    if (one.row.left_out) return leftOut(one)
    const holder = holderOf(one)
    if (holder && !isSamePerson(holder.profile, one.given)) return decided(one, 'number-of-another', holder)
    if (holder) return planned(one, holder)
    const lookalike = lookalikes.get(one)
    if (lookalike) return decided(one, 'looks-like-existing', lookalike)
    return one.doubt ? decided(one, one.doubt, null) : planned(one, null)
  })
}

/** Takes note of whom rows are about that are in the plan already, so that others are compared with them. */
export const noteSeen = (
  rows: readonly OpenRow[],
  reading: Reading,
  today: string,
  country: CountryCode,
  seen: Seen,
): void => {
  const columns = reading.columns.map(field => (field && tellsWho.has(field) ? field : null))
  for (const row of rows)
    refuseRepeated({ row, ...readRow(row, { ...reading, columns }, today, country), doubt: null }, seen)
}
const tellsWho = new Set<Field>(['fileNumber', 'birthDate', ...partsOfName, ...wholeNames])

/** A row as it is before anybody decides. */
export const withoutDecision = (row: OpenRow): OpenRow => ({ ...row, decision: null })

type RowWithDoubt = ReadRow & { row: OpenRow; doubt: Doubt | null }

/** What a person decided of a row; where nobody has yet, the row with the one whom it seems to be about. */
const decided = (one: RowWithDoubt, code: Doubt, about: ExistingClient | null): PlannedRow => {
  const { row, given } = one
  if (row.decision === 'replace' && about) return planned(one, about)
  if (row.decision === 'new' && code === 'number-of-another') {
    const { fileNumber: _, ...unnumbered } = given
    return planned({ ...one, given: unnumbered }, null)
  }
  if (row.decision === 'new') return planned(one, null)
  const refusals: Refusal[] = [{ code, ...(about && { clientId: about.id }) }]
  return { row, given, outcome: 'undecided', refusals, warnings: one.warnings, before: about, after: null, changed: [] }
}

const leftOut = ({ row, given }: RowWithDoubt): PlannedRow => ({
  row,
  given,
  outcome: 'left-out',
  refusals: [],
  warnings: [],
  before: null,
  after: null,
  changed: [],
})

const planned = ({ row, given, refusals, warnings }: RowWithDoubt, before: ExistingClient | null): PlannedRow => {
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
    before,
    after: all.length > 0 ? null : after,
    changed,
  }
}

/**
 * The second of two rows with one file number is refused, and so is the second with the same names and birth date where it
 * has no number; one that has another number than the first is in doubt.
 */
const refuseRepeated = (one: RowWithDoubt, seen: Seen) => {
  const { given, refusals } = one
  if (refusals.length > 0) return
  const names = `${fold(given.givenNames ?? '')}|${fold(given.familyName ?? '')}`
  // As far as the date of an earlier row is known; see `findLookalikes`.
  const people = [10, 7, 4].map(length => given.birthDate && `${names}|${given.birthDate.slice(0, length)}`)
  const person = people[0]
  const repeated = people.some(one => one && seen.people.has(one))
  const refuse = (code: RefusalCode) => void refusals.push({ code })
  if (given.fileNumber) {
    const number = fileNumberKey(given.fileNumber)
    if (seen.fileNumbers.has(number)) return refuse('file-number-twice')
    seen.fileNumbers.add(number)
    if (repeated) one.doubt = 'looks-like-earlier-row'
  } else if (repeated) return refuse('same-person-twice')
  if (person) seen.people.add(person)
}
