import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../platform/errors.ts'
import { sayMoments } from '../../platform/i18n/moments.ts'
import type { Language, Translate } from '../../platform/i18n/translations.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { SealedFileForm } from '../../platform/web/sealed-file.ts'
import type { EmergencySheets } from './emergency-sheets.ts'
import { writeSheets } from './pdf.ts'
import { sayingSheets, type ClientWords } from './said.ts'
import { sheetQuery, uuid } from './schema.ts'
import type { Printing, Sheets } from './sheet.ts'

const readers = ['staff', 'security_officer'] as const
/** A longer page no browser prints gladly; the file has no such bound. */
const mostOnPage = 100

/**
 * @param pdfs how a file is asked for and sent
 * @param speech what pages that show a client speak with
 */
export const emergencySheetRoutes = (
  sheets: EmergencySheets,
  pdfs: SealedFileForm,
  speech: (res: Response) => ClientWords,
) => {
  const router = Router()

  router.get('/clients/:clientId/sheet', requireRole(readers), async (req, res) => {
    const id = idIn(req, 'clientId')
    show(res, await sheets.ofClient(actorOf(res), id, asked(req, 'page')), { back: `/clients/${id}/card`, group: null })
  })

  const pageOfClient = async (req: Request, res: Response) => {
    const id = idIn(req, 'clientId')
    await sheets.expectClient(actorOf(res), id)
    return pageOf(req, res, `/clients/${id}/sheet`, null)
  }

  router.get('/clients/:clientId/sheet.pdf', requireRole(readers), async (req, res) => {
    pdfs.ask(req, res, await pageOfClient(req, res))
  })

  router.post('/clients/:clientId/sheet.pdf', requireRole(readers, { download: 'sealed' }), async (req, res) => {
    const passphrase = pdfs.passphraseIn(req, res, await pageOfClient(req, res))
    if (passphrase === null) return
    await send(res, await sheets.ofClient(actorOf(res), idIn(req, 'clientId'), asked(req, 'pdf')), passphrase)
  })

  router.get('/groups/:groupId/sheet', requireRole(readers), async (req, res) => {
    const id = idIn(req, 'groupId')
    const { group, ...found } = await sheets.ofGroup(actorOf(res), id, asked(req, 'page'))
    show(res, found, { back: `/groups/${id}`, group })
  })

  const pageOfGroup = async (req: Request, res: Response) => {
    const { id, name } = await sheets.expectGroup(actorOf(res), idIn(req, 'groupId'))
    return pageOf(req, res, `/groups/${id}/sheet`, name)
  }

  router.get('/groups/:groupId/sheet.pdf', requireRole(readers), async (req, res) => {
    pdfs.ask(req, res, await pageOfGroup(req, res))
  })

  router.post('/groups/:groupId/sheet.pdf', requireRole(readers, { download: 'sealed' }), async (req, res) => {
    const passphrase = pdfs.passphraseIn(req, res, await pageOfGroup(req, res))
    if (passphrase === null) return
    await send(res, await sheets.ofGroup(actorOf(res), idIn(req, 'groupId'), asked(req, 'pdf')), passphrase)
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

  const send = async (res: Response, { sheets: all, printing }: Sheets, passphrase: string) => {
    const locals = localsOf(res)
    const say = sayingSheets({ ...locals, ...speech(res) }, printing.audience)
    const { t, language } = locals
    const pdf = writeSheets(all.map(say), {
      t,
      language,
      title: t('emergency-sheets:title'),
      foot: footOf(res, printing),
      at: printing.at,
      passphrase,
    })
    await pdfs.send(res, t('emergency-sheets:file'), dayIn(printing.at, printing.timeZone), pdf)
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

/** What the form says that asks for a file's passphrase. */
const pageOf = (req: Request, res: Response, sheet: string, about: string | null) => {
  const { t } = localsOf(res)
  const { audience } = asked(req, 'pdf')
  return {
    title: t('emergency-sheets:pdfTitle'),
    about,
    lead: t(`emergency-sheets:audience.${audience}Holds`),
    back: { href: audience === 'team' ? sheet : `${sheet}?for=${audience}`, text: t('emergency-sheets:title') },
  }
}

const idIn = (req: Request, name: string): string => {
  const id = uuid.safeParse(req.params[name])
  if (!id.success) throw new NotFound()
  return id.data
}
