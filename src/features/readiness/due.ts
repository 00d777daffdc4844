import { daysSince, drillDays, exportSign, proofDays, sleepDays } from './signs.ts'

/** What people are reminded of; each is a kind of notice as well. */
export const reminders = [
  'export-stale',
  'export-overdue',
  'proof-due',
  'drill-due',
  'contacts-to-confirm',
  'accounts-asleep',
  'operators-asleep',
  'certificate-ending',
] as const
export type Reminder = (typeof reminders)[number]

/** How exports stand: `madeAt` is the organisation's own beginning, `first` and `last` those of its exports. */
export type ExportsStand = {
  madeAt: Date
  freshDays: number
  first: Date | null
  last: Date | null
  proved: Date | null
  lastDrill: Date | null
}

/** An organisation that never made an export has one interval to make it; past that nobody could be called from one. */
export const exportDue = ({ madeAt, freshDays, last }: ExportsStand, now: Date): Reminder[] => {
  if (!last) return daysSince(madeAt, now) < freshDays ? [] : ['export-overdue']
  const { state } = exportSign(last, freshDays, now)
  return state === 'good' ? [] : [state === 'due' ? 'export-stale' : 'export-overdue']
}

type Practice = Pick<ExportsStand, 'first' | 'proved' | 'lastDrill'>

/** Where nothing was ever exported there is nothing to prove and nothing to exercise with. */
export const practiceDue = ({ first, proved, lastDrill }: Practice, now: Date): Reminder[] => {
  if (!first) return []
  const isDue = (last: Date | null, days: number, firstDays: number) =>
    last ? daysSince(last, now) >= days : daysSince(first, now) >= firstDays
  return [
    ...(isDue(proved, proofDays.good, firstProofDays) ? (['proof-due'] as const) : []),
    ...(isDue(lastDrill, drillDays.good, firstDrillDays) ? (['drill-due'] as const) : []),
  ]
}
/** After the first export, for the first proof and the first drill. */
const [firstProofDays, firstDrillDays] = [7, 31]

/** Days that contacts may wait on the list before staff are written to: a team that goes through it each week is left in peace. */
export const contactsLeftDays = 7

/** Who has not signed in since is asleep. */
export const asleepBefore = (now: Date): Date => new Date(now.getTime() - sleepDays * 24 * 60 * 60_000)
