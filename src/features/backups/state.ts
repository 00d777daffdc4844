import type { Problem } from './faults.ts'
import type { BackupRow } from './queries.ts'

/** `missing`: there has never been one. `old`: the newest is. `failed`: the last try was. `unproven`: the newest is not shown to restore. */
export type Wrong = 'missing' | 'old' | 'failed' | 'unproven'
export type BackupState = {
  right: boolean
  wrong: Wrong[]
  /** Why the last try, or the last proof, failed. */
  why: Problem | null
  madeAt: Date | null
  provenAt: Date | null
  size: number | null
  /** Whether one is being made or proven now. */
  busy: boolean
}

const hourMs = 60 * 60_000
/** A night's backup may take until the next morning; after that somebody must look. */
export const oldAfterMs = 26 * hourMs
/** What a restart has interrupted is begun anew by the next worker: nobody need be called for that. */
const againWithinMs = hourMs / 2
/** So long the worker may take to get to its drill, tries included. */
const drillWithinMs = 4 * hourMs
/** Where drills are made by hand: about once a month. */
const byHandWithinMs = 32 * 24 * hourMs

/** How things stand with the backups, from what is known of them; any process that reaches the database can tell. */
export const stateOf = (
  rows: readonly BackupRow[],
  { now, installedAt, drill }: { now: Date; installedAt: Date; drill: 'automatic' | 'by-hand' },
): BackupState => {
  const age = (at: Date) => now.getTime() - at.getTime()
  const newest = (fits: (row: BackupRow) => boolean) =>
    rows.filter(fits).sort((one, other) => timeOf(other) - timeOf(one))[0]
  const made = newest(row => row.status === 'made')
  const tried = newest(row => row.status === 'made' || row.status === 'failed')
  const proven = newest(row => row.proof === 'proven' && (row.status === 'made' || row.status === 'removed'))
  const wrong: Wrong[] = []
  if (!made && age(installedAt) > oldAfterMs) wrong.push('missing')
  if (made && age(madeAt(made)) > oldAfterMs) wrong.push('old')
  if (tried?.status === 'failed' && !(tried.failure === 'interrupted' && age(madeAt(tried)) < againWithinMs))
    wrong.push('failed')
  if (made && made.proof !== 'proven') {
    const since = drill === 'automatic' ? madeAt(made) : (proven?.proof_finished_at ?? installedAt)
    const patience = drill === 'automatic' ? drillWithinMs : byHandWithinMs
    if (made.proof === 'failed' || age(since) > patience) wrong.push('unproven')
  }
  return {
    right: wrong.length === 0,
    wrong,
    why: (tried?.status === 'failed' ? tried.failure : made?.proof_failure) ?? null,
    madeAt: made ? madeAt(made) : null,
    provenAt: proven?.proof_finished_at ?? null,
    size: made?.size ? Number(made.size) : null,
    busy: rows.some(row => row.status === 'running' || row.proof === 'running'),
  }
}

const madeAt = (row: BackupRow): Date => row.finished_at ?? row.asked_at
const timeOf = (row: BackupRow) => madeAt(row).getTime()
