import {
  completeRules,
  weekdays,
  type AvailableTime,
  type RecordedRules,
  type TimeRange,
  type Weekday,
} from './rules.ts'

/** A moment on the tenant's wall clock: day of the week from Monday (0), minutes since midnight. */
export type WallTime = { day: number; minutes: number }

/**
 * Whether somebody can be reached at a number now: known, not known, or known that not. `inWords`: something is written of when to
 * call, which only a person can read. `next` is null where no moment of the coming week is right: `daysAhead` 0 is today; `at` is
 * 'HH:MM'.
 */
export type Callability =
  | { state: 'now' }
  | { state: 'not-stated'; inWords: boolean }
  | { state: 'not-now'; because: 'wrong-number' | 'not-dialable'; next: null }
  | { state: 'not-now'; because: 'do-not-call' | 'not-reachable'; next: NextTime | null }
export type NextTime = { daysAhead: number; day: Weekday; at: string }

const dayMinutes = 24 * 60

/**
 * Whether to call this number now, else why not and from when. Hours that nobody has stated never count as reachable.
 * @param phone `dial` null: it can't be dialled at all; `hours`: a note in people's own words
 * @param timeZone of the organisation; an IANA name, such as 'Europe/Warsaw'
 */
export const callability = (
  phone: RecordedRules & { dial?: string | null; hours?: string | null },
  at: Date,
  timeZone: string,
): Callability => {
  const { wrongSince, reachable } = completeRules(phone)
  if (wrongSince) return { state: 'not-now', because: 'wrong-number', next: null }
  if (phone.dial === null) return { state: 'not-now', because: 'not-dialable', next: null }
  const now = wallTime(at, timeZone)
  if (!mayRing(phone, now)) return { state: 'not-now', because: 'do-not-call', next: nextTime(phone, now) }
  if (reachable.length === 0) return { state: 'not-stated', inWords: Boolean(phone.hours) }
  if (!mayAnswer(phone, now)) return { state: 'not-now', because: 'not-reachable', next: nextTime(phone, now) }
  return { state: 'now' }
}

/**
 * Whether a number may be a link that rings it: the one rule for pages, the viewer and files. Never one that is wrong, can't be dialled or is
 * not to be called at any hour.
 * @param moment for what is read in order to call now: then no number either that must not ring at this hour. Null for what is read at any time
 */
export const mayBeLinked = (
  phone: RecordedRules & { dial: string | null },
  moment: { at: Date; timeZone: string } | null,
): boolean => {
  const { wrongSince, doNotCallBetween } = completeRules(phone)
  if (wrongSince || phone.dial === null) return false
  if (moment) return mayRing(phone, wallTime(moment.at, moment.timeZone))
  return doNotCallBetween.length === 0 || doNotCallBetween.some(({ to }) => mayRing(phone, anyDayAt(to)))
}

/** Times at which a number must not ring are the same every day. */
const anyDayAt = (time: string): WallTime => ({ day: 0, minutes: minutesOf(time) })

/** Where no hours are stated, somebody may answer at any hour. */
const mayAnswer = (phone: RecordedRules, wall: WallTime) => {
  const { reachable } = completeRules(phone)
  return reachable.length === 0 || reachable.some(time => isWithin(time, wall))
}

const mayRing = (phone: RecordedRules, wall: WallTime) =>
  !completeRules(phone).doNotCallBetween.some(range => isWithin({ ...range, daysOfWeek: [] }, wall))

/** Only where a range begins or ends can a number become right to call. */
const nextTime = (phone: RecordedRules, now: WallTime): NextTime | null => {
  const { reachable, doNotCallBetween } = completeRules(phone)
  const edges = [...reachable.map(({ from }) => from), ...doNotCallBetween.map(({ to }) => to), '00:00'].map(minutesOf)
  const moments = Array.from({ length: 8 }, (_, daysAhead) => edges.map(minutes => ({ daysAhead, minutes }))).flat()
  const next = moments
    .filter(({ daysAhead, minutes }) => daysAhead > 0 || minutes > now.minutes)
    .toSorted((one, other) => one.daysAhead - other.daysAhead || one.minutes - other.minutes)
    .find(({ daysAhead, minutes }) => {
      const wall = { day: (now.day + daysAhead) % 7, minutes }
      return mayRing(phone, wall) && mayAnswer(phone, wall)
    })
  if (!next) return null
  return { daysAhead: next.daysAhead, day: weekdays[(now.day + next.daysAhead) % 7]!, at: timeOf(next.minutes) }
}

/** A range that crosses midnight belongs to the day on which it begins. */
const isWithin = ({ daysOfWeek, from, to }: AvailableTime, { day, minutes }: WallTime): boolean => {
  const [start, end] = [minutesOf(from), minutesOf(to)]
  const beginsOn = (weekday: number) => daysOfWeek.length === 0 || daysOfWeek.includes(weekdays[weekday]!)
  if (start < end) return beginsOn(day) && minutes >= start && minutes < end
  return (beginsOn(day) && minutes >= start) || (beginsOn((day + 6) % 7) && minutes < end)
}

/** Whether a range is the whole day. */
export const isWholeDay = ({ from, to }: TimeRange): boolean => from === to

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
const timeOf = (minutes: number): string =>
  [Math.floor((minutes % dayMinutes) / 60), minutes % 60].map(part => String(part).padStart(2, '0')).join(':')

const clocks = new Map<string, Intl.DateTimeFormat>()

/** Where the hands of a clock in a time zone stand. */
export const wallTime = (at: Date, timeZone: string): WallTime => {
  let clock = clocks.get(timeZone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    clocks.set(timeZone, clock)
  }
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]))
  return {
    day: weekdays.indexOf(String(parts.weekday).toLowerCase() as Weekday),
    minutes: Number(parts.hour) * 60 + Number(parts.minute),
  }
}
