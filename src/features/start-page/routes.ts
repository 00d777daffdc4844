import { Router } from 'express'
import type { Actor } from '../../platform/actor.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import { actorOf, signedIn } from '../../platform/web/guard.ts'

/** What the start page shows; each part comes from its own feature. */
export type StartPage = { recent: readonly object[]; attention: readonly object[] }

export const startPageRoutes = (read: (actor: Actor, language: Language) => Promise<StartPage>) => {
  const router = Router()

  router.get('/', signedIn(), async (_req, res) => {
    const { language } = res.locals as { language: Language }
    res.render('start-page/start-page', await read(actorOf(res), language))
  })

  return router
}
