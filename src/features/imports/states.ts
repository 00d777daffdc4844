import type { RefusalCode, WarningCode } from './columns/read-row.ts'
import type { Telltale } from './columns/looks-like.ts'
import type { ChangedField } from './columns/profile.ts'

/**
 * uploading -> mapping (columns are being chosen) -> previewing -> previewed -> importing -> done -> taking-back -> taken-back;
 * discarded from mapping or previewed.
 */
export type State =
  | 'uploading'
  | 'mapping'
  | 'previewing'
  | 'previewed'
  | 'importing'
  | 'done'
  | 'taking-back'
  | 'taken-back'
  | 'discarded'

export const outcomes = ['new', 'changed', 'unchanged', 'refused', 'undecided', 'left-out'] as const
export type Outcome = (typeof outcomes)[number]
/** Rows of which a person can still change the cells. */
export const fixableOutcomes = ['refused', 'left-out'] as const satisfies readonly Outcome[]
export type FixableOutcome = (typeof fixableOutcomes)[number]

type LaterOutcome = 'undecided' | 'left-out'
/** Imports from before there were undecided and left out rows count none. */
export type Counts = Record<Exclude<Outcome, LaterOutcome>, number> & Partial<Record<LaterOutcome, number>>

/**
 * What somebody decided of an undecided row. `keep`: the record stays, the row is left out; `replace`: it is the same person,
 * the row is laid over the record; `new`: it is somebody else, who gets a record, without a number that another has.
 */
export const decisions = ['keep', 'replace', 'new'] as const
export type Decision = (typeof decisions)[number]

/** What an import will do, as the preview found it; how many rows each reason, warning and changed field concerns. */
export type Planned = {
  counts: Counts
  warned: number
  refusals: Partial<Record<RefusalCode, number>>
  warnings: Partial<Record<WarningCode, number>>
  changed: Partial<Record<ChangedField, number>>
  /** Columns that are not imported and look as if they should be, by their place; absent in older imports. */
  overlooked?: { column: number; looksLike: Telltale }[]
}

/** What it did, and what taking it back did, and who asked for that and for the preview. */
export type Result = {
  counts: Counts
  previewedBy?: number | null
  takenBackBy?: number | null
  takenBack?: { removed: number; reverted: number; kept: number }
}

export const noCounts = (): Counts => ({ new: 0, changed: 0, unchanged: 0, refused: 0 })

/** Counts one row more. */
export const countRow = (counts: Counts, outcome: Outcome): void => {
  counts[outcome] = (counts[outcome] ?? 0) + 1
}

export const nothingPlanned = (): Planned => ({
  counts: noCounts(),
  warned: 0,
  refusals: {},
  warnings: {},
  changed: {},
})

/** States in which the worker is busy with an import. */
export const busyStates: readonly State[] = ['previewing', 'importing', 'taking-back']
