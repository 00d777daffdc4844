import { sayMoments } from '../../src/platform/i18n/moments.ts'
import { localField } from '../../src/platform/time/wall-clock.ts'

const onPages =
  /\d{1,2} [A-Z][a-z]{2,} \d{4}, (?:\d{2}:\d{2}–)?\d{2}:\d{2}(?::\d{2})?(?: (?:GMT[+−-]?[\d:]*|UTC|[A-Z]{3,4}))?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?!:\d\d(?:\.\d+)?Z)/g

/** The times that an English page or file shows, as it shows them, but for their seconds; of a span, its end. */
export const timesIn = (text: string): string[] =>
  (text.match(onPages) ?? []).map(time => time.replace(/(\d{2}:\d{2}):\d{2}/, '$1').replace(/\d{2}:\d{2}–/, ''))

const zoneAtEnd = / (?:GMT\S*|UTC|[A-Z]{3,4})$/
export const namesZone = (time: string) => zoneAtEnd.test(time)

/** All ways to show the minutes from one moment to another in a zone. */
export const waysToShow = (from: Date, to: Date, timeZone: string): ReadonlySet<string> => {
  const { short, zoned, day, time, zone } = sayMoments('en', timeZone)
  const ways = new Set<string>()
  for (let at = from.getTime(); at < to.getTime() + 60_000; at += 60_000) {
    const minute = new Date(at)
    const field = localField(minute, timeZone)
    const long = `${day(minute)}, ${time(minute)} ${zone(minute)}`
    for (const way of [short(minute), zoned(minute), long, field, field.replace('T', ' ')]) ways.add(way)
  }
  return ways
}
