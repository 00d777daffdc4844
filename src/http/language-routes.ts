import { Router } from 'express'
import { isLanguage } from '../platform/i18n/translations.ts'
import { anyone } from '../platform/web/guard.ts'
import { isOwnPath } from '../platform/web/own-path.ts'

/** Changes the language of this session and goes back to where the reader was. */
export const languageRoutes = () => {
  const router = Router()

  router.post('/language', anyone(), (req, res) => {
    const { language, return_to: returnTo } = req.body as { language?: unknown; return_to?: unknown }
    if (isLanguage(language)) req.session.language = language
    res.redirect(303, isOwnPath(returnTo) ? returnTo : '/')
  })

  return router
}
