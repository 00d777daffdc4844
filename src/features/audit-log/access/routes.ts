import { pipeline } from 'node:stream/promises'
import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../../platform/errors.ts'
import { isLanguage, type Language, type Translate, type Translations } from '../../../platform/i18n/translations.ts'
import { dayIn } from '../../../platform/time/wall-clock.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import { unlessReaderGone } from '../../../platform/web/reader-gone.ts'
import type { AuditLog } from '../audit-log.ts'
import { writeVisits } from './pdf.ts'
import { seesWhoLooked } from '../policy.ts'
import { sayVisits } from './saying-visits.ts'
import { sayingEvents } from '../saying.ts'
import { readKey, uuid } from '../schema.ts'

const readers = ['staff', 'security_officer'] as const
type Locals = { t: Translate; language: Language; account: { displayName: string } }

/** Who has seen a client: to security officers by name and moment, to others as the client may be told. */
export const accessRoutes = ({ access }: Pick<AuditLog, 'access'>, translations: Translations) => {
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

  router.get('/clients/:clientId/access.pdf', requireRole(readers), async (req, res) => {
    const { language: own, account } = res.locals as Locals
    const language = isLanguage(req.query.language) ? req.query.language : own
    const t = translations.to(language)
    const visits = await access.print(actorOf(res), idIn(req), language)
    await send(res, t('audit-log:visits.file'), visits, () =>
      writeVisits(sayVisits(t, language, visits, account.displayName), { language, at: visits.at }),
    )
  })

  return router
}

/** Straight to whoever asked: the list is never a file on this server, and the file's name says nothing of anybody. */
const send = async (
  res: Response,
  name: string,
  { at, timeZone }: { at: Date; timeZone: string },
  write: () => ReturnType<typeof writeVisits>,
) => {
  res.attachment(`ostoja-${name}-${dayIn(at, timeZone)}.pdf`)
  res.type('application/pdf')
  await pipeline(write(), res).catch(unlessReaderGone)
}

const idIn = (req: Request): string => {
  const id = uuid.safeParse(req.params.clientId)
  if (!id.success) throw new NotFound()
  return id.data.toLowerCase()
}
