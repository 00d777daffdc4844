import type { Request, Response } from 'express'
import { isLanguage, preferredLanguage, type Language } from '../platform/i18n/translations.ts'

const cookie = '__Host-ostoja-language'
const cookieMs = 400 * 24 * 60 * 60_000

/** What a reader has chosen, or what their browser asks for. A page without a session knows only the latter. */
export const languageOf = (req: Request): Language =>
  (req.session as typeof req.session | undefined)?.language ?? browserLanguage(req)

const browserLanguage = (req: Request) => preferredLanguage((...of) => req.acceptsLanguages(of))

/**
 * The language for a page that must do without the session, since Redis is away: the one this browser was last spoken to in.
 */
export const languageWithoutSession = (req: Request): Language => {
  const kept = new RegExp(`(?:^|; )${cookie}=(\\w{2})(?:;|$)`).exec(req.get('cookie') ?? '')?.[1]
  return isLanguage(kept) ? kept : browserLanguage(req)
}

/** Keeps it where it is another than what would be taken without a session. */
export const keepLanguage = (req: Request, res: Response, language: Language) => {
  if (languageWithoutSession(req) !== language)
    res.cookie(cookie, language, { secure: true, httpOnly: true, sameSite: 'lax', path: '/', maxAge: cookieMs })
}
