import { Router } from 'express'
import type { Language, Translate } from '../../../platform/i18n/translations.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import type { AuditLog } from '../audit-log.ts'
import { sayMoments } from '../../../platform/i18n/moments.ts'
import { sayingEvents } from '../saying.ts'
import { sayWish } from '../saying-wish.ts'
import { shownAt } from '../shown.ts'

type Locals = { t: Translate; language: Language; account: { displayName: string } }

/** The log for paper, whole or what a search found. */
export const logPrintRoutes = (log: AuditLog) => {
  const router = Router()

  for (const page of ['/log', '/log/searches/:logSearchId'])
    router.get(`${page}/print`, requireRole('security_officer'), async (req, res) => {
      const actor = actorOf(res)
      const shown = await shownAt(log, actor, req.params)
      if (!shown) return res.status(404).render('audit-log/search-gone')
      const { t, language, account } = res.locals as Locals
      const [printed, people] = await Promise.all([log.printing.print(actor, shown.wish), log.people(actor)])
      const { timeZone, organisation } = printed
      res.render('audit-log/print', {
        address: shown.address,
        asked: sayWish({ t, language, people }, shown.wish),
        events: printed.events.map(sayingEvents({ t, language, timeZone })),
        cut: printed.cut ? t('audit-log:print.cut', { number: log.printing.mostPrinted }) : null,
        foot: t('audit-log:visits.foot', {
          when: sayMoments(language, timeZone).zoned(printed.at),
          name: account.displayName,
          organisation,
        }),
      })
    })

  return router
}
