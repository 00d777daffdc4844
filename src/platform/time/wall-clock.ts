/*
 * What clocks on the wall show in a time zone. Everything that tells a day or a time of day goes through here or through `dateFormat`
 * (platform/i18n/date-format.ts): both need to be told the zone. A lint rule forbids what would take the zone of the process.
 */

/** The zone of this process: for an installation that names none. */
// eslint-disable-next-line no-restricted-syntax -- here the zone of the process is asked for
export const processTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

/** Whether there is a time zone of this name. */
export const isTimeZone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

/** The day of a moment, 'YYYY-MM-DD'. @param timeZone IANA name */
export const dayIn = (moment: Date, timeZone: string): string => localStamp(moment, timeZone).slice(0, 10)

/** The day so many days after a day, both 'YYYY-MM-DD'; before it where `days` is negative. */
export const dayAfter = (day: string, days = 1): string => {
  const next = new Date(`${day}T00:00:00Z`)
  next.setUTCDate(next.getUTCDate() + days)
  return dayIn(next, 'UTC')
}

/** The moment a day begins in a time zone. @param day 'YYYY-MM-DD' @param timeZone IANA name */
export const beginningOf = (day: string, timeZone: string): Date => momentOf(`${day}T00:00`, timeZone)

/**
 * The moment at which clocks show a time; the first one where they show it twice. A time that clocks skip is as long after the change
 * as it would have been without it.
 * @param wall 'YYYY-MM-DDTHH:MM', as a datetime-local field sends it @param timeZone IANA name
 */
export const momentOf = (wall: string, timeZone: string): Date => {
  const guess = new Date(`${wall}Z`).getTime()
  // A day on either side of it, whatever the zone: the offsets before and after a change of the clocks.
  const [before, after] = [guess - aroundMs, guess + aroundMs].map(near => guess - offsetAt(near, timeZone))
  const shown = (moment: number) => moment + offsetAt(moment, timeZone) === guess
  const [first, second] = [Math.min(before!, after!), Math.max(before!, after!)]
  return new Date(shown(first) ? first : shown(second) ? second : before!)
}

const aroundMs = 26 * 60 * 60_000

/** A moment as clocks on the wall show it: 'YYYY-MM-DD HH:MM:SS', which sorts as time does. @param timeZone IANA name */
export const localStamp = (moment: Date, timeZone: string): string => formatIn(timeZone).format(moment)

/** A moment as files write it, by the clocks of a zone: '2026-12-01T13:15:00+13:00' (ISO 8601, RFC 3339). @param timeZone IANA name */
export const zonedStamp = (moment: Date, timeZone: string): string => {
  const minutes = Math.round(offsetAt(moment.getTime(), timeZone) / 60_000)
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map(part =>
    String(part).padStart(2, '0'),
  )
  return `${localStamp(moment, timeZone).replace(' ', 'T')}${minutes < 0 ? '-' : '+'}${hour}:${minute}`
}

/** A moment as a datetime-local field takes it: 'YYYY-MM-DDTHH:MM'. @param timeZone IANA name */
export const localField = (moment: Date, timeZone: string): string =>
  localStamp(moment, timeZone).slice(0, 16).replace(' ', 'T')

type LocalTime = { day: string; hour: number; weekend: boolean }

/** A moment as clocks on the wall show it: the day, the hour (0 to 23), and whether it is Saturday or Sunday. */
export const localTime = (moment: Date, timeZone: string): LocalTime => {
  const local = new Date(moment.getTime() + offsetAt(moment.getTime(), timeZone))
  return {
    day: dayIn(local, 'UTC'),
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
