import express, { type RequestHandler } from 'express'
import { rememberBody } from '../platform/web/typed-fields.ts'

/** Reads a posted form: `phones[0][number]` becomes a list of things with a number. */
export const readBody = (): RequestHandler =>
  express.urlencoded({ extended: true, limit: '512kb', parameterLimit: 2000, verify: rememberBody })

/**
 * Refuses a form with a field named like a part of every object: no form of ours has one, and a value whose `toString` is
 * what somebody sent breaks whatever shows it.
 */
export const refuseOddNames: RequestHandler = (req, _res, next) => {
  next(hasOddName(req.body) ? Object.assign(new Error('a field has an odd name'), { status: 400 }) : undefined)
}

const hasOddName = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(([name, inner]) => name in Object.prototype || hasOddName(inner))
