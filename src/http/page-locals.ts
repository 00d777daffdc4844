import type { Request, RequestHandler, Response } from 'express'
import type { Role } from '../platform/actor.ts'
import type { Language, Translate, Translations } from '../platform/i18n/translations.ts'
import { dayIn } from '../platform/time/wall-clock.ts'
import { csrfTokenOf } from '../platform/web/csrf.ts'
import type { Problems } from '../platform/web/forms.ts'
import { sessionMark, type PageTicket, type PageTickets } from '../platform/web/page-ticket.ts'
import type { SignedIn } from '../platform/web/session-data.ts'
import type { Clock } from '../platform/clock.ts'
import { defaultCountry, type CountryCode } from '../platform/text/phone.ts'
import { availabilityOf, isWarning, rulesOf, type RecordedRules } from '../safe-to-contact/rules.ts'
import { suggestTimes } from '../safe-to-contact/suggested-times.ts'
import { mayBeLinked } from '../safe-to-contact/times.ts'
import { ruleWords, sayRule, sayTimes, type RuleWords } from '../safe-to-contact/words.ts'
import { formats, momentsIn } from './formats.ts'
import { keepLanguage, languageOf, languageWithoutSession } from './reader-language.ts'
import { pageIdOf } from './sessions.ts'

type Needs = {
  translations: Translations
  asset: (name: string) => string
  openName: (signedIn: SignedIn) => Promise<string>
  tickets: PageTickets
  clock: Clock
  /** Of an organisation; of nobody (null), that of the installation. */
  timeZoneOf: (tenantId: string | null) => Promise<string>
  /** What operators announce to everybody now, but for what was put away. */
  announced: (language: Language, putAway?: readonly string[]) => Promise<readonly object[]>
  /** What pages ask by themselves, such as whether the session goes on: Redis knows that while PostgreSQL is away. */
  isBackground: (method: string, path: string) => boolean
  /** Whether an address shows a page when it is asked for. */
  hasPage: (method: string, path: string) => boolean
}

/** What a page may use that can ask neither Redis nor PostgreSQL: one that says that they are away. Its zone is the installation's. */
export const plainLocals =
  (needs: Omit<Needs, 'openName' | 'tickets' | 'announced' | 'isBackground'>): RequestHandler =>
  async (req, res, next) => {
    Object.assign(res.locals, spokenTo(languageWithoutSession(req), needs, await needs.timeZoneOf(null)), {
      asset: needs.asset,
      path: req.path,
      pageAddress: nearestPage(req.path, needs.hasPage),
      requestId: req.id,
      account: null,
      can: () => false,
      announced: [],
      flash: null,
      csrfToken: '',
    })
    next()
  }

/** What every other view may use beside it. Handlers add their own; nothing of a request is ever spread in. */
export const pageLocals =
  (needs: Needs): RequestHandler =>
  async (req, res, next) => {
    const { openName, tickets, clock, announced } = needs
    const { signedIn } = req.session
    const language = languageOf(req)
    const spoken = spokenTo(language, needs, await needs.timeZoneOf(signedIn?.tenantId ?? null))
    if (language !== res.locals.language) keepLanguage(res, language)
    const roles: readonly Role[] = signedIn?.roles ?? []
    const insteadOf =
      <Value>(value: Value) =>
      (fault: unknown) => {
        if (needs.isBackground(req.method, req.path)) return value
        throw fault
      }

    Object.assign(res.locals, spoken, { can: (role: Role) => roles.includes(role) })
    onRender(res, 'csrfToken', () => csrfTokenOf(req))
    onRender(res, 'pageTicket', () => signedIn && tickets.write(ticketOf(req, res, signedIn, clock())))
    res.locals.pageOwner = signedIn && `${signedIn.tenantId}/${signedIn.accountId}`
    onRender(res, 'flash', () => takeFlash(req, spoken.t))
    res.locals.account = signedIn
      ? {
          id: signedIn.accountId,
          login: signedIn.login,
          roles,
          tenantName: signedIn.tenantName,
          displayName: await openName(signedIn).catch(insteadOf('')),
        }
      : null
    res.locals.announced = await announced(language, req.session.putAway).catch(insteadOf([]))
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

const spokenTo = (
  language: Language,
  { translations, clock }: Pick<Needs, 'translations' | 'clock'>,
  timeZone: string,
) => {
  const t = translations.to(language)
  return {
    t,
    language,
    problem: problemIn(t),
    timeZone,
    today: dayIn(clock(), timeZone),
    mayBeLinked,
    sayRules: rulesIn(t, formats[language].formatDate),
    suggestHours: suggestionIn(t),
    ...formats[language],
    ...momentsIn(language, timeZone),
  }
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
  const { kind, messageKey, params = {}, link } = flash
  return { kind, text: t(messageKey, params), link: link ? { href: link.href, text: t(link.textKey) } : null }
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
