import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../../platform/errors.ts'
import { isLanguage, type Language, type Translate, type Translations } from '../../../platform/i18n/translations.ts'
import { dayIn } from '../../../platform/time/wall-clock.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { SealedFileForm } from '../../../platform/web/sealed-file.ts'
import type { AuditLog } from '../audit-log.ts'
import { writeVisits } from './pdf.ts'
import { seesWhoLooked } from '../policy.ts'
import { sayVisits } from './saying-visits.ts'
import { sayingEvents } from '../saying.ts'
import { readKey, uuid } from '../schema.ts'

const readers = ['staff', 'security_officer'] as const
type Locals = { t: Translate; language: Language; account: { displayName: string } }

/** Who has seen a client: to security officers by name and moment, to others as the client may be told. */
export const accessRoutes = (
  { access }: Pick<AuditLog, 'access'>,
  pdfs: SealedFileForm,
  translations: Translations,
) => {
  const router = Router()

  router.get('/clients/:clientId/access', requireRole(readers), async (req, res) => {
    const actor = actorOf(res)
    const id = idIn(req)
    const { t, language, account } = res.locals as Locals
    if (!seesWhoLooked(actor)) {
      const visits = await access.visits(actor, id)
      return res.render('audit-log/visits', {
        id,
        name: visits.name,
        said: sayVisits(t, language, visits, account.displayName),
      })
    }
    const page = await access.page(actor, id, readKey(req.query.after))
    const address = `/clients/${id}/access`
    res.render('audit-log/access', {
      id,
      name: page.name,
      events: page.events.map(sayingEvents({ t, language, timeZone: page.timeZone })),
      next: page.next ? `${address}?after=${page.next}` : null,
      first: req.query.after === undefined ? null : address,
    })
  })

  /** In the language of the client, who may not have that of the reader. */
  const printed = async (req: Request, res: Response, format: 'page' | 'pdf') => {
    const { language: own, account } = res.locals as Locals
    const language = isLanguage(req.query.language) ? req.query.language : own
    const t = translations.to(language)
    const visits = await access.print(actorOf(res), idIn(req), { language, format })
    const { at, timeZone } = visits
    return { t, language, at, timeZone, said: sayVisits(t, language, visits, account.displayName) }
  }

  router.get('/clients/:clientId/access/print', requireRole(readers), async (req, res) => {
    const { language, said } = await printed(req, res, 'page')
    res.render('audit-log/visits-print', { id: idIn(req), spoken: language, said })
  })

  const pageOf = async (req: Request, res: Response) => {
    const id = idIn(req)
    await access.expect(actorOf(res), id)
    const { t } = res.locals as Locals
    return {
      title: t('audit-log:access.pdfTitle'),
      about: null,
      lead: t('audit-log:access.leadStaff'),
      back: { href: `/clients/${id}/access`, text: t('audit-log:access.title') },
    }
  }

  router.get('/clients/:clientId/access.pdf', requireRole(readers), async (req, res) => {
    pdfs.ask(req, res, await pageOf(req, res))
  })

  router.post('/clients/:clientId/access.pdf', requireRole(readers, { download: 'sealed' }), async (req, res) => {
    const passphrase = pdfs.passphraseIn(req, res, await pageOf(req, res))
    if (passphrase === null) return
    const { t, language, at, timeZone, said } = await printed(req, res, 'pdf')
    const pdf = writeVisits(said, { language, at, passphrase })
    await pdfs.send(res, t('audit-log:visits.file'), dayIn(at, timeZone), pdf)
  })

  return router
}

const idIn = (req: Request): string => {
  const id = uuid.safeParse(req.params.clientId)
  if (!id.success) throw new NotFound()
  return id.data
}
