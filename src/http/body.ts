import express, { type Request, type RequestHandler, type Response } from 'express'
import qs from 'qs'
import { drain, readMultipart, rememberFiles } from '../platform/web/multipart.ts'
import { rememberBody } from '../platform/web/typed-fields.ts'

/** Reads a posted form: `phones[0][number]` becomes a list of things with a number. */
export const readBody = (): RequestHandler =>
  express.urlencoded({ extended: true, limit: '512kb', parameterLimit: 2000, verify: rememberBody })

/**
 * Reads a form with files up to the first of them, so that whatever holds for a form's fields holds for these too: the guard
 * finds the session's token before anything is kept, and what was typed is kept where it cannot be saved.
 * @param isUpload whether the route at an address takes files in
 */
export const readUpload =
  (isUpload: (method: string, path: string) => boolean): RequestHandler =>
  async (req, res, next) => {
    if (!isUpload(req.method, req.path) || !req.is('multipart/form-data')) return next()
    answerWhenAllIsRead(req, res)
    const form = await readMultipart(req)
    const typed = new URLSearchParams(form.fields).toString()
    req.body = qs.parse(typed, { parameterLimit: 2000 })
    rememberBody(req, res, Buffer.from(typed))
    rememberFiles(req, form)
    next()
  }

/** The rest of the upload runs out first, or the connection ends with the answer: otherwise nobody would read it. */
const answerWhenAllIsRead = (req: Request, res: Response) => {
  const end = res.end.bind(res) as (...parts: unknown[]) => Response
  res.end = ((...parts: unknown[]) => {
    res.end = end as Response['end']
    if (req.complete) return end(...parts)
    void drain(req).then(whole => {
      if (!whole && !res.headersSent) res.set('Connection', 'close')
      end(...parts)
    })
    return res
  }) as Response['end']
}

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
