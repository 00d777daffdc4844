import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
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
import { readRow, type Doubt, type ReadRow, type Refusal, type Warning } from './columns/read-row.ts'
import { partsOfName, wholeNames, type Field } from './columns/fields.ts'
import type { Reading } from './columns/guess.ts'
import type { ClientRecords, ExistingClient, Needs } from './needs.ts'
import { refuseRepeated, type RowWithDoubt, type Seen } from './repeated.ts'
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
  /** Of a row whose file number is somebody else's: who looks like the one it is about. */
  lookalike: ExistingClient | null
  after: Profile | null
  changed: ChangedField[]
}

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
  const isNumberOfAnother = (one: ReadRow) => {
    const holder = holderOf(one)
    return holder !== undefined && !isSamePerson(holder.profile, one.given)
  }
  // Of people without a birth date, lists hold many of one name; they are shown where somebody has to decide anyway.
  const unknown = sound.filter(one => isNumberOfAnother(one) || (!holderOf(one) && one.given.birthDate))
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
    const lookalike = lookalikes.get(one) ?? null
    if (holder && isNumberOfAnother(one)) return decided(one, 'number-of-another', holder, lookalike)
    if (holder) return planned(one, holder)
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

/**
 * What a person decided of a row; where nobody has yet, the row with the one whom it seems to be about. That it is somebody
 * new counts only where everybody whom it looks like was shown.
 */
const decided = (
  one: RowWithDoubt,
  code: Doubt,
  about: ExistingClient | null,
  lookalike: ExistingClient | null = null,
): PlannedRow => {
  const { row, given, doubt } = one
  const alike = code === 'number-of-another' ? lookalike : null
  const refusals: Refusal[] = [{ code, ...(about && { clientId: about.id }) }]
  if (alike) refusals.push({ code: 'looks-like-existing', clientId: alike.id })
  else if (doubt && doubt !== code) refusals.push({ code: doubt })

  if (row.decision === 'replace' && about) return planned(one, about)
  if (row.decision === 'new' && wereShown(row, refusals)) {
    const { fileNumber: _, ...unnumbered } = given
    return planned(code === 'number-of-another' ? { ...one, given: unnumbered } : one, null)
  }
  const { warnings } = one
  return {
    row,
    given,
    outcome: 'undecided',
    refusals,
    warnings,
    before: about,
    lookalike: alike,
    after: null,
    changed: [],
  }
}

/** One who looks the same may also be the earlier row's, which the import itself has made a client meanwhile. */
const wereShown = ({ refusals: announced }: OpenRow, refusals: readonly Refusal[]): boolean =>
  refusals.every(
    ({ code, clientId }) =>
      !clientId ||
      announced.some(shown => shown.clientId === clientId) ||
      (code === 'looks-like-existing' && announced.some(shown => shown.code === 'looks-like-earlier-row')),
  )

const leftOut = ({ row, given }: RowWithDoubt): PlannedRow => ({
  row,
  given,
  outcome: 'left-out',
  refusals: [],
  warnings: [],
  before: null,
  lookalike: null,
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
    lookalike: null,
    after: all.length > 0 ? null : after,
    changed,
  }
}
