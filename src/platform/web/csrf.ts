import { csrfSync } from 'csrf-sync'
import { timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'

const { generateToken, invalidCsrfTokenError } = csrfSync({ size: 32 })

/** The token of this session, made on first use. */
export const csrfTokenOf = (req: Request): string => generateToken(req)

/** Whether `token` is this session's (OWASP synchronizer token). A guard asks it of every form. */
export const csrfOk = (req: Request, token: unknown): boolean => {
  const { csrfToken } = req.session
  if (typeof token !== 'string' || !csrfToken) return false
  const [given, right] = [Buffer.from(token), Buffer.from(csrfToken)]
  return given.length === right.length && timingSafeEqual(given, right)
}

export const csrfFault = invalidCsrfTokenError

export const changesNothing = (req: Request) => ['GET', 'HEAD', 'OPTIONS'].includes(req.method)

/** Refuses a change that, by the browser's own word, another site asks for (W3C Fetch Metadata, Sec-Fetch-Site). */
export const refuseOtherSites: RequestHandler = (req, _res, next) => {
  next(changesNothing(req) || !comesFromElsewhere(req) ? undefined : csrfFault)
}

/** By the browser's own word, another site asks for this. */
export const comesFromElsewhere = (req: Request) =>
  !['same-origin', 'none', undefined].includes(req.get('sec-fetch-site'))
