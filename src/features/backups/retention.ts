import { dayAfter, dayIn } from '../../platform/time/wall-clock.ts'

export type Kept = { id: string; at: Date; proof: 'none' | 'running' | 'proven' | 'failed' }
export type Keep = { daily: number; weekly: number; monthly: number }

const dayMs = 24 * 60 * 60_000

/** The Monday of a date's week. */
const weekOf = (date: string): string => dayAfter(date, -((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7))

/**
 * By when retention has removed every backup that holds what is in the database at a moment. The last of a month stays until that
 * many later months have one of their own; weeks and days likewise; the removal waits for the next backup.
 * @param keep as `expired` takes it
 */
export const goneBy = (at: Date, keep: Keep): Date => {
  const months = new Date(at)
  months.setUTCMonth(months.getUTCMonth() + keep.monthly)
  const days = new Date(at.getTime() + Math.max(keep.daily, keep.weekly * 7, 1) * dayMs)
  return new Date(Math.max(months.getTime(), days.getTime()) + dayMs)
}

/**
 * Which backups to remove: of the newest days, weeks and months that have any, one each stays; the newest, but rather one
 * that was not found wanting. The newest proven one stays whatever its age, and so do the newest of all and those of the last 24
 * hours, which somebody may have made for a reason.
 * @returns ids
 */
export const expired = (
  all: readonly Kept[],
  keep: Keep,
  { now, timeZone }: { now: Date; timeZone: string },
): string[] => {
  const newestFirst = [...all].sort(
    (one, other) => other.at.getTime() - one.at.getTime() || (one.id < other.id ? 1 : -1),
  )
  const stays = new Set<string>()
  const spans: [number, (date: string) => string][] = [
    [keep.daily, date => date],
    [keep.weekly, weekOf],
    [keep.monthly, date => date.slice(0, 7)],
  ]
  for (const [most, spanOf] of spans) {
    const best = new Map<string, Kept>()
    for (const backup of newestFirst) {
      const span = spanOf(dayIn(backup.at, timeZone))
      const held = best.get(span)
      if (!held || (held.proof === 'failed' && backup.proof !== 'failed')) best.set(span, backup)
    }
    for (const { id } of [...best.values()].slice(0, most)) stays.add(id)
  }
  for (const { id, at } of newestFirst) if (now.getTime() - at.getTime() < dayMs) stays.add(id)
  for (const backup of [newestFirst[0], newestFirst.find(({ proof }) => proof === 'proven')])
    if (backup) stays.add(backup.id)
  return newestFirst.filter(({ id }) => !stays.has(id)).map(({ id }) => id)
}
