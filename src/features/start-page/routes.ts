import { Router } from 'express'
import type { Actor } from '../../platform/actor.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import { actorOf, signedIn } from '../../platform/web/guard.ts'

/** What the start page shows; each part comes from its own feature. */
export type StartPageParts = {
  recentClients: (actor: Actor) => Promise<readonly object[]>
  attention: (actor: Actor, language: Language) => Promise<readonly object[]>
}

export const startPageRoutes = ({ recentClients, attention }: StartPageParts) => {
  const router = Router()

  router.get('/', signedIn(), async (_req, res) => {
    const actor = actorOf(res)
    const { language } = res.locals as { language: Language }
    const recent = actor.roles.includes('staff') ? await recentClients(actor) : []
    res.render('start-page/start-page', { recent, attention: await attention(actor, language) })
  })

  return router
}
