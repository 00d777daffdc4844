import { Router } from 'express'
import type { Actor } from '../../platform/actor.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import { actorOf, signedIn } from '../../platform/web/guard.ts'

/** What the start page shows; each part comes from its own feature. */
export type StartPage = { recent: readonly object[]; attention: readonly object[] }
/** What operators start from: what needs them, and how much there is. */
export type DeskPage = { attention: readonly object[]; figures: object }

export const startPageRoutes = (
  read: (actor: Actor, language: Language) => Promise<StartPage>,
  readDesk: (actor: Actor, language: Language) => Promise<DeskPage>,
) => {
  const router = Router()

  router.get('/', signedIn(), async (_req, res) => {
    const { language } = res.locals as { language: Language }
    const actor = actorOf(res)
    if (actor.roles.includes('operator')) return res.render('desk/desk', await readDesk(actor, language))
    res.render('start-page/start-page', await read(actor, language))
  })

  return router
}
