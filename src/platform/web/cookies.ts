import type { CookieOptions, Request, Response } from 'express'

/** The longest a browser keeps a cookie (RFC 6265bis 5.5). */
const longestMs = 400 * 24 * 60 * 60_000
/** As the prefix `__Host-` asks for it (RFC 6265bis 4.1.3.2), out of reach of scripts. */
const ofThisHost: CookieOptions = { secure: true, httpOnly: true, sameSite: 'lax', path: '/', maxAge: longestMs }

/**
 * The value of a cookie; undefined where there is none.
 * @param shape of its value, as the source of a regular expression; another value is taken for none
 */
export const cookieIn = (req: Request, name: string, shape: string): string | undefined =>
  new RegExp(`(?:^|; )${name}=(${shape})(?:;|$)`).exec(req.get('cookie') ?? '')?.[1]

/** Has the browser keep a cookie for as long as it can. */
export const keepCookie = (res: Response, name: `__Host-${string}`, value: string) => {
  res.cookie(name, value, ofThisHost)
}
