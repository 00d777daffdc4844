import { createHash, randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'

const deviceCookie = '__Host-ostoja-device'
/** The longest a browser keeps a cookie (RFC 6265bis 5.5). */
const deviceCookieMs = 400 * 24 * 60 * 60_000

/** Which browser this is: a random name it keeps. What is stored of it is a hash. */
export const deviceOf = (req: Request, res: Response): string => {
  const known = new RegExp(`(?:^|; )${deviceCookie}=([\\w-]{22})(?:;|$)`).exec(req.get('cookie') ?? '')?.[1]
  const device = known ?? randomBytes(16).toString('base64url')
  res.cookie(deviceCookie, device, { secure: true, httpOnly: true, sameSite: 'lax', path: '/', maxAge: deviceCookieMs })
  return createHash('sha256').update(device).digest('base64url')
}
