import { pipeline } from 'node:stream/promises'
import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../platform/errors.ts'
import { sayMoments } from '../../platform/i18n/moments.ts'
import type { Language, Translate } from '../../platform/i18n/translations.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { unlessReaderGone } from '../../platform/web/reader-gone.ts'
import type { EmergencySheets } from './emergency-sheets.ts'
import { writeSheets } from './pdf.ts'
import { sayingSheets, type ClientWords } from './said.ts'
import { sheetQuery, uuid } from './schema.ts'
import type { Printing, Sheets } from './sheet.ts'

const readers = ['staff', 'security_officer'] as const
/** A longer page no browser prints gladly; the file has no such bound. */
const mostOnPage = 100

/** @param speech what pages that show a client speak with */
export const emergencySheetRoutes = (sheets: EmergencySheets, speech: (res: Response) => ClientWords) => {
  const router = Router()

  router.get('/clients/:clientId/sheet', requireRole(readers), async (req, res) => {
    const id = idIn(req, 'clientId')
    show(res, await sheets.ofClient(actorOf(res), id, asked(req, 'page')), { back: `/clients/${id}/card`, group: null })
  })

  router.get('/clients/:clientId/sheet.pdf', requireRole(readers), async (req, res) => {
    await send(res, await sheets.ofClient(actorOf(res), idIn(req, 'clientId'), asked(req, 'pdf')))
  })

  router.get('/groups/:groupId/sheet', requireRole(readers), async (req, res) => {
    const id = idIn(req, 'groupId')
    const { group, ...found } = await sheets.ofGroup(actorOf(res), id, asked(req, 'page'))
    show(res, found, { back: `/groups/${id}`, group })
  })

  router.get('/groups/:groupId/sheet.pdf', requireRole(readers), async (req, res) => {
    await send(res, await sheets.ofGroup(actorOf(res), idIn(req, 'groupId'), asked(req, 'pdf')))
  })

  const show = (res: Response, { sheets: all, printing }: Sheets, page: { back: string; group: object | null }) => {
    const say = sayingSheets({ ...localsOf(res), ...speech(res) }, printing.audience)
    res.render('emergency-sheets/sheets', {
      ...page,
      audience: printing.audience,
      sheets: all.slice(0, mostOnPage).map(say),
      left: Math.max(0, all.length - mostOnPage),
      foot: footOf(res, printing),
    })
  }

  /** Straight to whoever asked: a sheet is never a file on this server, and the file's name says nothing of anybody. */
  const send = async (res: Response, { sheets: all, printing }: Sheets) => {
    const locals = localsOf(res)
    const say = sayingSheets({ ...locals, ...speech(res) }, printing.audience)
    const { t, language } = locals
    res.attachment(`ostoja-${t('emergency-sheets:file')}-${dayIn(printing.at, printing.timeZone)}.pdf`)
    res.type('application/pdf')
    const pdf = writeSheets(all.map(say), {
      t,
      language,
      title: t('emergency-sheets:title'),
      foot: footOf(res, printing),
      at: printing.at,
    })
    await pipeline(pdf, res).catch(unlessReaderGone)
  }

  return router
}

type Locals = {
  t: Translate
  language: Language
  formatDate: (day: string) => string
  account: { displayName: string }
}
const localsOf = (res: Response) => res.locals as Locals

/** Who printed it and when, and until when to trust it. */
const footOf = (res: Response, { organisation, at, validUntil, timeZone }: Printing): string => {
  const { t, language, formatDate, account } = localsOf(res)
  return t('emergency-sheets:foot', {
    organisation,
    until: formatDate(validUntil),
    when: sayMoments(language, timeZone).zoned(at),
    name: account.displayName,
  })
}

const asked = <Format extends 'page' | 'pdf'>(req: Request, format: Format) => ({
  format,
  audience: sheetQuery.parse(req.query).for,
})

const idIn = (req: Request, name: string): string => {
  const id = uuid.safeParse(req.params[name])
  if (!id.success) throw new NotFound()
  return id.data.toLowerCase()
}
