import type { Request, Response } from 'express'
import { isLanguage, preferredLanguage, type Language } from '../platform/i18n/translations.ts'
import { cookieIn, keepCookie } from '../platform/web/cookies.ts'

const languageCookie = '__Host-ostoja-language'

/** What a reader has chosen, or what their browser asks for. A page without a session knows only the latter. */
export const languageOf = (req: Request): Language =>
  (req.session as typeof req.session | undefined)?.language ?? browserLanguage(req)

const browserLanguage = (req: Request) => preferredLanguage((...of) => req.acceptsLanguages(of))

/**
 * The language for a page that must do without the session, since Redis is away: the one this browser was last spoken to in.
 */
export const languageWithoutSession = (req: Request): Language => {
  const kept = cookieIn(req, languageCookie, '\\w{2}')
  return isLanguage(kept) ? kept : browserLanguage(req)
}

/** Keeps it for pages that must do without the session; wanted where `languageWithoutSession` says another one. */
export const keepLanguage = (res: Response, language: Language) => {
  keepCookie(res, languageCookie, language)
}
