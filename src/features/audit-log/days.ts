/** The day after a day, both 'YYYY-MM-DD'. */
export const dayAfter = (day: string): string => {
  const next = new Date(`${day}T00:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return next.toISOString().slice(0, 10)
}

/** The moment a day begins in a time zone. @param day 'YYYY-MM-DD' @param timeZone IANA name */
export const beginningOf = (day: string, timeZone: string): Date => {
  const guess = new Date(`${day}T00:00:00Z`).getTime()
  // The offset at midnight may differ from the one at the guess where clocks change that day: the second look mends it.
  const first = guess - offsetAt(guess, timeZone)
  return new Date(guess - offsetAt(first, timeZone))
}

/** A moment as clocks on the wall show it: 'YYYY-MM-DD HH:MM:SS', which sorts as time does. @param timeZone IANA name */
export const localStamp = (moment: Date, timeZone: string): string => formatIn(timeZone).format(moment)

type LocalTime = { day: string; hour: number; weekend: boolean }

/** A moment as clocks on the wall show it: the day, the hour (0 to 23), and whether it is Saturday or Sunday. */
export const localTime = (moment: Date, timeZone: string): LocalTime => {
  const local = new Date(moment.getTime() + offsetAt(moment.getTime(), timeZone))
  return {
    day: local.toISOString().slice(0, 10),
    hour: local.getUTCHours(),
    weekend: [0, 6].includes(local.getUTCDay()),
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()
const formatIn = (timeZone: string) => {
  const made =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(timeZone, made)
  return made
}

/** Milliseconds by which a zone is ahead of UTC at a moment. */
const offsetAt = (moment: number, timeZone: string): number => {
  const whole = Math.floor(moment / 1000) * 1000
  return new Date(`${formatIn(timeZone).format(new Date(whole)).replace(' ', 'T')}Z`).getTime() - whole
}
