import { nobodyReasons, type NobodyReason } from './next-in-line.ts'
import {
  availabilityOf,
  ruleCodes,
  weekdays,
  type AvailableTime,
  type RecordedRules,
  type Rule,
  type Weekday,
} from './rules.ts'
import { isWholeDay, type Callability, type NextTime } from './times.ts'

const nobodySentences = nobodyReasons.map(reason => `nobody-${reason}` as const)
/** Every sentence that rules are told in, with places for `{who}`, `{since}`, `{from}`, `{to}`, `{times}`, `{days}`, `{note}`. */
export const sentenceNames = [
  ...ruleCodes,
  'do-not-call-at-all',
  'all-day',
  'any-time',
  'not-stated',
  'read-note',
  'note',
  'call-now',
  'call-from',
  'call-from-day',
  'call-never',
  'do-not-call-now',
  'wrong-number-now',
  'not-dialable',
  ...nobodySentences,
] as const
export type Sentence = (typeof sentenceNames)[number]
/** The words of one language. An export carries them, so that it stands alone. */
export type RuleWords = { sentence: Readonly<Record<Sentence, string>>; day: Readonly<Record<Weekday, string>> }

/** The words as the catalogues have them. @param t translates `safe-to-contact:sentence.<name>` and `safe-to-contact:day.<code>` */
export const ruleWords = (t: (key: string) => string): RuleWords => ({
  sentence: named(sentenceNames, name => t(`safe-to-contact:sentence.${name}`)),
  day: named(weekdays, day => t(`safe-to-contact:day.${day}`)),
})

/** One rule as a sentence. @param day how a date ('YYYY-MM-DD') is written; as it is, when left out */
export const sayRule = (words: RuleWords, rule: Rule, day = (date: string) => date): string => {
  const { sentence } = words
  switch (rule.code) {
    case 'wrong-number':
      return fill(sentence['wrong-number'], { since: day(rule.since) })
    case 'do-not-call':
      return isWholeDay(rule.between)
        ? sentence['do-not-call-at-all']
        : fill(sentence['do-not-call'], { from: rule.between.from, to: rule.between.to })
    case 'known-by':
      return fill(sentence['known-by'], { who: rule.who })
    case 'reachable':
      return availabilityOf({ reachable: rule.times }) === 'any-time'
        ? sentence['any-time']
        : fill(sentence.reachable, { times: sayTimes(words, rule.times) })
    default:
      return sentence[rule.code]
  }
}

/** `Mon–Fri 08:00–16:00; Sat all day`. */
export const sayTimes = (words: RuleWords, times: readonly AvailableTime[]): string =>
  times.map(time => sayTime(words, time)).join('; ')

/**
 * What paper and files say of when to call beside the rules: that no hours are stated, and the note in people's own words. Nothing
 * where hours are stated without a note.
 */
export const sayHours = ({ sentence }: RuleWords, phone: RecordedRules & { hours?: string | null }): string =>
  [
    availabilityOf(phone) === 'not-stated' ? sentence['not-stated'] : '',
    phone.hours ? fill(sentence.note, { note: phone.hours }) : '',
  ]
    .filter(Boolean)
    .join('. ')

/** Whether to call now: `call now`, `from 16:00`, `from Tue 08:00`, each with its reason where it has one. */
export const sayCallability = (words: RuleWords, callable: Callability): string => {
  const { sentence } = words
  if (callable.state === 'now') return sentence['call-now']
  if (callable.state === 'not-stated') return sentence[callable.inWords ? 'read-note' : 'not-stated']
  if (callable.because === 'wrong-number') return sentence['wrong-number-now']
  if (callable.because === 'not-dialable') return sentence['not-dialable']
  const from = callable.next ? sayNext(words, callable.next) : sentence['call-never']
  return callable.because === 'do-not-call' ? `${sentence['do-not-call-now']}, ${from}` : from
}

/** Why there is nobody to call now. */
export const sayNobody = ({ sentence }: RuleWords, reason: NobodyReason): string => sentence[`nobody-${reason}`]

const sayNext = ({ sentence, day }: RuleWords, { daysAhead, day: weekday, at }: NextTime) =>
  daysAhead === 0
    ? fill(sentence['call-from'], { from: at })
    : fill(sentence['call-from-day'], { days: day[weekday], from: at })

const sayTime = (words: RuleWords, time: AvailableTime): string => {
  const days = sayDays(words, time.daysOfWeek)
  const hours = isWholeDay(time) ? words.sentence['all-day'] : `${time.from}–${time.to}`
  return days ? `${days} ${hours}` : hours
}

/** `Mon–Fri`, `Mon, Wed`; every day is not said. */
const sayDays = ({ day }: RuleWords, days: readonly Weekday[]): string => {
  if (days.length === 0 || days.length === weekdays.length) return ''
  const runs = weekdays.reduce<Weekday[][]>((found, weekday, index) => {
    if (!days.includes(weekday)) return found
    const last = found.at(-1)
    if (last && last.at(-1) === weekdays[index - 1]) last.push(weekday)
    else found.push([weekday])
    return found
  }, [])
  return runs
    .map(run => (run.length > 2 ? `${day[run[0]!]}–${day[run.at(-1)!]}` : run.map(one => day[one]).join(', ')))
    .join(', ')
}

const fill = (template: string, values: Record<string, string>): string =>
  template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')

const named = <Name extends string>(names: readonly Name[], say: (name: Name) => string): Record<Name, string> =>
  Object.fromEntries(names.map(name => [name, say(name)])) as Record<Name, string>
