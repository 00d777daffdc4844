import { daysSince, graded, never, sleepDays, type Sign } from './signs.ts'

/**
 * @param provenAt when the newest backup was last shown to restore
 * @param right whether nothing is wrong with backups
 * @param mayMend an operator has the page of backups; everybody else is told whom to ask
 */
export const backupSign = (
  { right, provenAt }: { right: boolean; provenAt: Date | null },
  now: Date,
  mayMend: boolean,
): Sign => {
  const href = mayMend ? '/backups' : null
  if (!provenAt) return never('backup', href, mayMend ? 'neverHere' : 'never')
  return {
    name: 'backup',
    state: right ? 'good' : 'bad',
    variant: right ? 'last' : mayMend ? 'wrongHere' : 'wrong',
    values: { count: daysSince(provenAt, now) },
    at: provenAt,
    href,
  }
}

/**
 * @param since when the current data key was made: an organisation's own, or for operators the oldest of all
 * @param rotationDays after which keys turn by themselves; 0: never
 */
export const dataKeySign = (since: Date, rotationDays: number, now: Date, mayMend: boolean): Sign => {
  const count = daysSince(since, now)
  const good = (rotationDays || unturnedDays) + turningDays
  const state = graded(count, good, 2 * good)
  return {
    name: 'dataKey',
    state,
    variant: mayMend ? 'oldest' : state === 'good' ? 'age' : 'late',
    values: { count },
    at: since,
    href: mayMend ? '/keys' : null,
  }
}
const unturnedDays = 365
/** So long it may take until a turning is done. */
const turningDays = 7

/**
 * @param since when the older one of the current root key and pepper came into use; null where that was never noted
 * @param rotationDays after which they are due; 0: never
 */
export const fileKeysSign = (since: Date | null, now: Date, rotationDays = 365): Sign => {
  const sign = { name: 'fileKeys', at: since, href: '/keys' }
  if (!since) return { ...sign, state: 'due', variant: 'unknown', values: {} }
  const values = { count: daysSince(since, now), days: rotationDays }
  if (rotationDays === 0) return { ...sign, state: 'good', variant: 'never', values }
  return { ...sign, state: graded(values.count, rotationDays, 2 * rotationDays), variant: 'age', values }
}

/** @param count active operators' accounts that nobody has signed in to for {@link sleepDays} */
export const operatorsSign = (count: number): Sign => ({
  name: 'operators',
  state: count === 0 ? 'good' : 'due',
  variant: count === 0 ? 'none' : 'some',
  values: { count, days: sleepDays },
  at: null,
  href: null,
})
