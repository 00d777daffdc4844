import { anyTime, weekdays, type AvailableTime, type TimeRange, type Weekday } from './rules.ts'

/**
 * People who say "before noon" or "weekends" do not mean the night: hours they leave open are suggested within these, and a
 * person looks at them before they are saved.
 */
const openFrom = '08:00'
const openTo = '20:00'

const dayNames: readonly [Weekday, RegExp][] = [
  ['mon', /^(mon|mondays?|pn|pon|poniedzial(ek|ki|ku))$/],
  ['tue', /^(tues?|tuesdays?|wt|wto|wtor(ek|ki|ku))$/],
  ['wed', /^(wed|wednesdays?|sr|srod[aey])$/],
  ['thu', /^(thu|thurs?|thursdays?|cz|czw|czwart(ek|ki|ku))$/],
  ['fri', /^(fri|fridays?|pt|piat(ek|ki|ku))$/],
  ['sat', /^(sat|saturdays?|sb|sob|sobot[aey])$/],
  ['sun', /^(sun|sundays?|nd|ndz|niedz|niedziel[aei])$/],
]
const dayGroups: readonly [RegExp, readonly Weekday[]][] = [
  [/\b(weekdays|working days|workdays|dni robocze|dni powszednie)\b/, weekdays.slice(0, 5)],
  [/\b(weekends?|weekend(y|ami)?)\b/, weekdays.slice(5)],
  [/\b(every ?day|daily|codziennie)\b/, weekdays],
]
/** Words that include the night. "All day" does not say so, and is not certain. */
const dayAndNight = /^(day and night|round the clock|24 ?\/ ?7|24 ?h|calodobowo|cala dobe)$/
/** As a whole note only: "Saturdays, any time" hardly means the night. */
const whenever = /^(any ?time|(o )?kazdej porze)$/
/**
 * Words that change nothing. "Not", "except", "usually" and all others are no such words: what holds one of them is not certain.
 * Neither are "on call" (somebody's work) and "12 hours" (how long, not when).
 */
const fillers =
  /\b(only|just|please|call|tylko|wylacznie|prosze|dzwonic|on(?![\s-]*call\b)|w|we|o|at|(?<!\d\s*)(godz|godzinach|hours|hrs))\b/g

/**
 * The hours that a note in people's own words means, Polish or English, where that is certain; else null. It is a suggestion: nothing
 * is recorded of it until a person says so.
 */
export const suggestTimes = (note: string): AvailableTime[] | null => {
  const text = plain(note)
  if (dayAndNight.test(text) || whenever.test(text)) return [...anyTime]
  const parts = text.split(/\s*(?:[;,]|\band\b|\bi\b|\boraz\b|&)\s*/).map(readPart)
  if (text === '' || parts.some(part => part === null)) return null
  return joined(parts as Part[])
}

type Part = { days: readonly Weekday[] | null; hours: TimeRange | null; hoursFirst?: boolean }

/**
 * "Tue, Thu 9–12": single days without hours wait for the hours behind them; "Mon–Fri, 8–16" has them in a part of their own.
 * Whether "weekends, weekdays after 18" says anything of the hours of weekends is not certain, nor are hours without days behind others.
 */
const joined = (parts: readonly Part[]): AvailableTime[] | null => {
  const found: AvailableTime[] = []
  let waiting: (readonly Weekday[])[] = []
  for (const { days, hours, hoursFirst } of parts) {
    if (found.some(({ daysOfWeek }) => daysOfWeek.length === 0) ? days : found.length > 0 && !days) return null
    if (days) waiting.push(days)
    if (!hours) continue
    if (waiting.length > 1 && (hoursFirst || waiting.some(({ length }) => length > 1))) return null
    found.push({ daysOfWeek: inOrder(waiting.flat()), ...hours })
    if (hasTwice(waiting.flat())) return null
    waiting = []
  }
  // "Mon–Fri 9–15, Sat": the hours of the last day are not said.
  if (waiting.length > 0 && (found.length > 0 || hasTwice(waiting.flat()))) return null
  if (waiting.length > 0) return [{ daysOfWeek: inOrder(waiting.flat()), from: openFrom, to: openTo }]
  return found.every((one, index) => found.slice(index + 1).every(later => areApart(one, later))) ? found : null
}

/** Every day is none, as in the record. */
const inOrder = (days: readonly Weekday[]) =>
  weekdays.filter(day => days.includes(day) && !weekdays.every(each => days.includes(each)))

const hasTwice = (days: readonly Weekday[]) => new Set(days).size < days.length

/**
 * Whether two parts can only mean both of their hours: they are of other days, or of the very same days and one behind the other.
 * "After 17, before 20" means what is common to both, "Mon–Fri 9–17, Fri until 12" an exception, "after 18, before 10" maybe the night.
 */
const areApart = (one: AvailableTime, later: AvailableTime): boolean => {
  const [days, laterDays] = [one, later].map(({ daysOfWeek }) => (daysOfWeek.length > 0 ? daysOfWeek : weekdays))
  if (!days?.some(day => laterDays?.includes(day))) return true
  return days.join() === laterDays?.join() && one.from < one.to && one.to <= later.from
}

/** One part: days, hours, or both in either order. Null where a word is left that was not understood. */
const readPart = (part: string): Part | null => {
  const daysFirst = readDaysFirst(part)
  if (daysFirst) return daysFirst
  const hoursFirst = readDaysFirst(part.replace(/^(.*\d(?: ?[ap]m)?) ([a-z].*)$/, '$2 $1'))
  return hoursFirst && { ...hoursFirst, hoursFirst: true }
}

const readDaysFirst = (part: string): Part | null => {
  const { days, rest } = takeDays(part)
  if (rest === '') return days ? { days, hours: null } : null
  if (days && dayAndNight.test(rest)) return { days, hours: { from: '00:00', to: '00:00' } }
  const hours = readHours(rest)
  return hours && { days, hours }
}

const takeDays = (part: string): { days: readonly Weekday[] | null; rest: string } => {
  for (const [pattern, days] of dayGroups)
    if (pattern.test(part)) return { days, rest: part.replace(pattern, '').replaceAll(/\s+/g, ' ').trim() }
  // "From Monday" is a day to begin on: "from" belongs to days only where they have an end.
  const found =
    /^(?:from |od )?([a-z]+) ?(?:-|to|do|till|through) ?([a-z]+)(?= |$)/.exec(part) ?? /^([a-z]+)(?= |$)/.exec(part)
  const [first, last] = [dayNamed(found?.[1]), dayNamed(found?.[2])]
  if (!found || !first || (found[2] && !last)) return { days: null, rest: part }
  const [from, to] = [weekdays.indexOf(first), weekdays.indexOf(last ?? first)]
  if (to < from) return { days: null, rest: part }
  return { days: weekdays.slice(from, to + 1), rest: part.slice(found[0].length).trim() }
}

const dayNamed = (word = '') => dayNames.find(([, pattern]) => pattern.test(word))?.[0]

/** "18.11" may be a day of November: behind a dot, minutes are none that may be a month. */
const time = String.raw`(\d{1,2})(?:(?::|\.(?!0[1-9]|1[0-2]))(\d{2}))? ?([ap]m)?`
const between = new RegExp(`^(?:from |od )?${time} ?(?:-|to|do|till|until) ?${time}$`)
const after = new RegExp(`^(?:after|from|since|po|od) ${time}$`)
const before = new RegExp(`^(?:before|until|till|to|up to|do|przed) ${time}$`)

const readHours = (text: string): TimeRange | null => {
  const range = between.exec(text)
  if (range) {
    // "8–12" is the morning, and "9–5" might be either: the later hour says by itself which clock is meant.
    const to = clock(range.slice(4, 7), false)
    const from = clock(range.slice(1, 4), to !== null && !range[6])
    return from && to && from < to ? { from, to } : null
  }
  const from = clock(after.exec(text)?.slice(1) ?? [], false)
  if (from) return from < openTo ? { from, to: openTo } : null
  const to = clock(before.exec(text)?.slice(1) ?? [], false)
  return to && to > openFrom ? { from: openFrom, to } : null
}

/**
 * 'HH:MM'. Null for an hour that may be of the morning or of the evening, unless it is `certain` which. The early morning must be
 * written out ("4am", "04:30"), and "12am" is noon to some and midnight to others.
 */
const clock = ([hour, minutes, half]: (string | undefined)[], certain: boolean): string | null => {
  if (!hour) return null
  const read = half ? (Number(hour) % 12) + (half === 'pm' ? 12 : 0) : Number(hour)
  const isPlain = certain || Boolean(half) || read >= 12 || /^0\d/.test(hour)
  const isEarly = read < 6 && half !== 'am' && !(minutes && /^0\d/.test(hour))
  if (!isPlain || isEarly || read > 23 || Number(minutes ?? 0) > 59) return null
  if (half && (Number(hour) > 12 || read === 0 || Number(hour) === 0)) return null
  return `${String(read).padStart(2, '0')}:${minutes ?? '00'}`
}

/** Small letters without accents, one kind of dash, noon as an hour. */
const plain = (note: string): string =>
  note
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll(/[–—−]/g, '-')
    .replaceAll(/\b(?:between|miedzy) (.+?) (?:and|a) /g, '$1-')
    .replaceAll(/\b([ap])\.m\b\.?/g, '$1m')
    .replaceAll(/(?<=[a-z])\.(?=[\s,-]|$)/g, '')
    .replaceAll(/przed poludniem|do poludnia/g, 'do 12')
    .replaceAll(/\b(?:noon|midday)\b/g, '12')
    .replaceAll(fillers, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?- ?/g, '-')
    .trim()
