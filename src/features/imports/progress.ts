import type { ImportRecord } from './queries.ts'
import { busyStates } from './states.ts'

export type Progress = { done: true } | { done: false; value?: number; max?: number }

/** How far a busy import is; without `max` its length is not known. */
export const progressOf = ({
  state,
  rows_done,
  row_count,
  planned,
}: Pick<ImportRecord, 'state' | 'rows_done' | 'row_count' | 'planned'>): Progress => {
  if (!busyStates.includes(state)) return { done: true }
  if (state === 'taking-back') return { done: false }
  const max = state === 'previewing' ? row_count : planned.counts.new + planned.counts.changed
  return { done: false, value: Math.min(rows_done, max), max: Math.max(max, 1) }
}
