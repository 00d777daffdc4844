import 'express-session'
import type { Request } from 'express'
import type { Role } from '../actor.ts'
import type { Language } from '../i18n/translations.ts'
import { csrfTokenOf } from './csrf.ts'
import type { Flash } from './flash.ts'

/** Who is signed in, as kept in the session: nothing that says who somebody is stands in the clear. */
export type SignedIn = {
  tenantId: string
  tenantName: string
  accountId: number
  /** Names the sign-in that began it; a session from before there were such names has none. */
  signInId?: string
  login: string
  roles: Role[]
  /** Until it is changed, nothing but changing it is open (platform/web/guard.ts). */
  mustChangePassword: boolean
  /** The account's sealed profile, base64, opened for the name in the header. */
  profileSealed: string
}

/** Whose session this was, kept in it when it ends: to say why, and to lead its owner back. */
export type Formerly = { tenantId: string; accountId: number; because: string }

declare module 'express-session' {
  interface SessionData {
    signedIn?: SignedIn
    language?: Language
    flash?: Flash
    /** Where somebody wanted to go when they had to sign in. */
    returnTo?: string
    formerly?: Formerly
    /** Announcements that are not to be shown in this session any more. */
    putAway?: string[]
    /** Milliseconds since 1970: until when the browser was last told to keep the cookie of a remembered session. */
    keptUntil?: number
    /** Milliseconds since 1970: when the password was last asked for again, and right (platform/web/proved.ts). */
    provedAt?: number
  }
}

/**
 * A session with a new id, so that nobody can have planted the old one (session fixation, ASVS 7.2.4). Keeps only the language.
 * It has its token from the start: pages opened at the same moment would otherwise each make one, and only the last stay good.
 */
export const beginSession = async (req: Request): Promise<void> => {
  const { language } = req.session
  await new Promise<void>((resolve, reject) =>
    req.session.regenerate(fault => (fault ? reject(fault as Error) : resolve())),
  )
  if (language) req.session.language = language
  csrfTokenOf(req)
}
