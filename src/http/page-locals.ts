import type { Request, RequestHandler, Response } from 'express'
import type { Role } from '../platform/actor.ts'
import { dateFormat, locales } from '../platform/i18n/date-format.ts'
import { preferredLanguage, type Language, type Translate, type Translations } from '../platform/i18n/translations.ts'
import { csrfTokenOf } from '../platform/web/csrf.ts'
import type { Problems } from '../platform/web/forms.ts'
import { sessionMark, type PageTicket, type PageTickets } from '../platform/web/page-ticket.ts'
import type { SignedIn } from '../platform/web/session-data.ts'
import type { Clock } from '../platform/clock.ts'
import { defaultCountry, type CountryCode } from '../platform/text/phone.ts'
import { availabilityOf, isWarning, rulesOf, type RecordedRules } from '../safe-to-contact/rules.ts'
import { suggestTimes } from '../safe-to-contact/suggested-times.ts'
import { ruleWords, sayRule, sayTimes, type RuleWords } from '../safe-to-contact/words.ts'
import { pageIdOf } from './sessions.ts'

type Needs = {
  translations: Translations
  asset: (name: string) => string
  openName: (signedIn: SignedIn) => Promise<string>
  tickets: PageTickets
  clock: Clock
  /** What operators announce to everybody now, but for what was put away. */
  announced: (language: Language, putAway?: readonly string[]) => Promise<readonly object[]>
  /** Whether an address shows a page when it is asked for. */
  hasPage: (method: string, path: string) => boolean
}

/** What every view may use. Handlers add their own; nothing of a request is ever spread in. */
export const pageLocals =
  ({ translations, asset, openName, tickets, clock, hasPage, announced }: Needs): RequestHandler =>
  async (req, res, next) => {
    const { signedIn } = req.session
    const language = req.session.language ?? preferredLanguage((...of) => req.acceptsLanguages(of))
    const t = translations.to(language)
    const roles: readonly Role[] = signedIn?.roles ?? []

    Object.assign(res.locals, {
      t,
      language,
      asset,
      path: req.path,
      pageAddress: nearestPage(req.path, hasPage),
      requestId: req.id,
      account: signedIn
        ? {
            id: signedIn.accountId,
            login: signedIn.login,
            roles,
            tenantName: signedIn.tenantName,
            displayName: await openName(signedIn),
          }
        : null,
      can: (role: Role) => roles.includes(role),
      problem: problemIn(t),
      today: dayOf(clock()),
      sayRules: rulesIn(t, formats[language].formatDate),
      suggestHours: suggestionIn(t),
      announced: await announced(language, req.session.putAway),
      ...formats[language],
    })
    onRender(res, 'csrfToken', () => csrfTokenOf(req))
    onRender(res, 'pageTicket', () => signedIn && tickets.write(ticketOf(req, res, signedIn, clock())))
    res.locals.pageOwner = signedIn && `${signedIn.tenantId}/${signedIn.accountId}`
    onRender(res, 'flash', () => takeFlash(req, t))
    next()
  }

/** The country of the reader's organisation; after the other locals, so that a fault of it still has a page. */
export const readCountry =
  (countryOf: (signedIn: SignedIn) => Promise<CountryCode>): RequestHandler =>
  async (req, res, next) => {
    const { signedIn } = req.session
    res.locals.country = signedIn ? await countryOf(signedIn) : defaultCountry
    next()
  }

/** The address itself where it shows a page, otherwise the nearest one above it: a refused form stands where only forms go. */
const nearestPage = (path: string, hasPage: Needs['hasPage']): string => {
  let address = path
  while (address && !hasPage('GET', address)) address = address.slice(0, address.lastIndexOf('/'))
  return address || '/'
}

/**
 * The sentence a key stands for; several keys, parted by spaces, are as many sentences, each on its line. A key may carry numbers:
 * `accounts:passwordProblem.tooShort?minimum=12`.
 */
const sentences = (t: Translate, keys: string): string =>
  keys
    .split(' ')
    .map(text => {
      const [key = '', numbers = ''] = text.split('?')
      return t(key, Object.fromEntries(new URLSearchParams(numbers)))
    })
    .join('\n')

/** A form that comes back with something to put right is still the form of the page it was opened on. */
const ticketOf = (req: Request, res: Response, { tenantId, accountId }: SignedIn, now: Date): PageTicket => {
  const { postedTicket } = res.locals as { postedTicket?: PageTicket }
  const opened = pageIdOf(res)
  return {
    tenantId,
    accountId,
    session: sessionMark(req.sessionID),
    page: postedTicket?.page ?? (req.method === 'GET' ? req.path : '/'),
    id: postedTicket?.id ?? opened,
    opened,
    madeAt: now.getTime(),
  }
}

/** A local that is made when a page is rendered, once: answers that are no page neither make a session nor use up a message. */
const onRender = (res: Response, name: string, make: () => unknown) => {
  let made: { value: unknown } | undefined
  Object.defineProperty(res.locals, name, { enumerable: true, get: () => (made ??= { value: make() }).value })
}

const takeFlash = (req: Request, t: Translate) => {
  const { flash } = req.session
  if (!flash) return null
  delete req.session.flash
  return { kind: flash.kind, text: t(flash.messageKey, flash.params ?? {}) }
}

const problemIn = (t: Translate) => (problems: Problems | undefined, field: string) => {
  const key = problems?.[field]
  return key ? sentences(t, key) : null
}

/** The rules of a number as every page tells them. */
export const rulesIn = (t: Translate, formatDate: (day: string) => string) => {
  let words: RuleWords | undefined
  return (phone: RecordedRules) =>
    rulesOf(phone).map(rule => {
      words ??= ruleWords(t)
      return { warning: isWarning(rule.code), text: sayRule(words, rule, formatDate) }
    })
}

/** The hours that a note certainly means, as a form offers them; null where there are none. */
const suggestionIn = (t: Translate) => (note: string) => {
  const times = suggestTimes(note)
  if (!times) return null
  return availabilityOf({ reachable: times }) === 'any-time'
    ? t('safe-to-contact:form.any-time')
    : sayTimes(ruleWords(t), times)
}

/** 'YYYY-MM-DD' where the program runs. */
const isoDay = new Intl.DateTimeFormat('sv-SE')
const dayOf = (moment: Date) => isoDay.format(moment)

/** Dates as people write them; a date without a time of day ('1983-11-14') is the same day everywhere. */
const formatsOf = (language: Language) => {
  const day = dateFormat(language, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  const moment = dateFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const number = new Intl.NumberFormat(locales[language])
  return {
    formatDate: (date: string | Date | null | undefined) => (date ? day.format(new Date(date)) : ''),
    formatDateTime: (date: string | Date | null | undefined) => (date ? moment.format(new Date(date)) : ''),
    formatNumber: (value: number) => number.format(value),
    formatBytes: (bytes: number) => bytesIn(language, bytes),
  }
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

const bytesIn = (language: Language, bytes: number): string => {
  const step = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const unit = units[step]
  const style = { style: 'unit', unit, unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locales[language], style).format(bytes / 1000 ** step)
}

/** Made once: a formatter takes longer to make than a page. */
const formats = { pl: formatsOf('pl'), en: formatsOf('en') } as const
