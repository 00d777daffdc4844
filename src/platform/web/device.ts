import { createHash, randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import { cookieIn, keepCookie } from './cookies.ts'

const deviceCookie = '__Host-ostoja-device'

/** Which browser this is: a random name it keeps. What is stored of it is a hash. */
export const deviceOf = (req: Request, res: Response): string => {
  const device = cookieIn(req, deviceCookie, '[\\w-]{22}') ?? randomBytes(16).toString('base64url')
  keepCookie(res, deviceCookie, device)
  return createHash('sha256').update(device).digest('base64url')
}
