import type { ErrorRequestHandler, Request, Response } from 'express'
import type { Logger } from 'pino'
import type { Clock } from '../platform/clock.ts'
import { mayHaveSaved } from '../platform/db/saving.ts'
import { outageOf } from '../platform/outage.ts'
import { comesFromElsewhere } from '../platform/web/csrf.ts'
import { firstFileOf } from '../platform/web/multipart.ts'
import { isOwnPath } from '../platform/web/own-path.ts'
import { ticketField, type PageTickets } from '../platform/web/page-ticket.ts'
import { rawBodyOf, repeatable, typedFields, type TypedFields } from '../platform/web/typed-fields.ts'
import { readBody, readUpload } from './body.ts'
import type { TypedWork } from './typed-work.ts'

type Matches = (method: string, path: string) => boolean
type Needs = {
  drafts: TypedWork
  tickets: PageTickets
  clock: Clock
  log: Logger
  isBackground: Matches
  isUpload: Matches
}

/** When to come again, in seconds; the page itself asks more often. */
const retryAfter = '10'

/**
 * PostgreSQL or Redis is out of reach: 503 (RFC 9110 15.6.4), and a page that needs neither of them. It holds the form that could
 * not be saved, to be sent once more, without secrets and files. What only asks by itself is told so in a few bytes.
 */
export const answerOutages =
  ({ drafts, tickets, clock, log, isBackground, isUpload }: Needs): ErrorRequestHandler =>
  async (fault: unknown, req, res, next) => {
    const service = outageOf(fault)
    if (!service || res.headersSent || (req.destroyed && !req.complete)) return next(fault)
    log.error({ err: fault, service }, 'a request failed: a service is out of reach')
    // The session can be neither read nor written: whoever tries waits once more.
    if (service === 'redis') Object.assign(req, { session: undefined })
    res.status(503).set('Retry-After', retryAfter)

    const trusted = req.method === 'POST' && isOwnPath(req.path) && !comesFromElsewhere(req)
    if (trusted) await readForm(req, res, isUpload)
    const asksByItself = isBackground(req.method, req.path)
    const typed = trusted && (!asksByItself || req.path === '/drafts')
    const kept = typed && (await keepTyped(req, res, { drafts, tickets, clock, log }))
    if (kept && req.path === '/drafts') return void res.sendStatus(204)
    if (asksByItself) return void res.json({ unavailable: true })
    res.render(
      'errors/away',
      { ...nothingElse, away: trusted ? sentForm(req, drafts) : askedPage(req) },
      done(next, res),
    )
  }

/** What other pages show and would have to ask for. */
const nothingElse = { account: null, announced: [], flash: null, draftOffers: [], waiting: null, recordStanding: null }

const done = (next: (fault: unknown) => void, res: Response) => (broken: Error | null, page: string) => {
  if (broken) next(broken)
  else res.send(page)
}

const askedPage = (req: Request) => ({
  form: null,
  written: [],
  mode: 'read',
  address: isOwnPath(req.path) ? req.originalUrl : '/',
})

/** The form as it was sent, for sending it again. By itself that happens only where it does the same and cannot do it twice. */
const sentForm = (req: Request, drafts: Pick<TypedWork, 'written'>) => {
  const raw = rawBodyOf(req)
  const { fields, hadSecrets } = repeatable(raw)
  const file = firstFileOf(req)
  const mode = mayHaveSaved() ? 'uncertain' : file?.chosen ? 'file' : hadSecrets ? 'secret' : 'again'
  return {
    form: { fields, file: file?.field ?? null, multipart: Boolean(req.is('multipart/form-data')) },
    written: drafts.written(typedFields(raw)),
    mode,
    address: req.originalUrl,
  }
}

/** The outage may have come before the form was read. */
const readForm = async (req: Request, res: Response, isUpload: Matches) => {
  if (rawBodyOf(req) || req.readableEnded) return
  for (const read of [readBody(), readUpload(isUpload)])
    await new Promise<void>(resolve => {
      // A form that cannot be read is not kept.
      Promise.resolve(read(req, res, () => resolve())).catch(() => resolve())
    })
}

/** Where only Redis is away a draft can be kept, for those who close the page before it could be sent again. @returns whether it was */
const keepTyped = async (
  req: Request,
  res: Response,
  { drafts, tickets, clock, log }: Pick<Needs, 'drafts' | 'tickets' | 'clock' | 'log'>,
): Promise<boolean> => {
  const body = (req.body ?? {}) as Record<string, unknown>
  const ticket = tickets.read(body[ticketField], clock())
  const fields: TypedFields = '_unkept' in body ? [] : typedFields(rawBodyOf(req))
  if (!ticket || fields.length === 0 || res.locals.keepsTyped) return false
  const action = req.path === '/drafts' && typeof body._action === 'string' ? body._action.slice(0, 500) : req.path
  return drafts.keep(ticket, action, fields, { late: true }).then(
    () => true,
    (fault: unknown) => {
      log.error({ err: fault }, 'what was typed could not be kept')
      return false
    },
  )
}
