import { Router, type Response } from 'express'
import { countryChoices } from '../../platform/text/country-name.ts'
import { phoneCountries } from '../../platform/text/phone.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { settingsForm, timeZones } from './schema.ts'
import type { Settings } from './settings.ts'

export const settingsRoutes = (settings: Settings) => {
  const router = Router()

  router.get('/settings', requireRole('administrator'), async (_req, res) => {
    res.render('settings/settings', {
      values: await settings.of(actorOf(res).tenantId),
      problems: {},
      ...choices(res),
    })
  })

  router.post('/settings', requireRole('administrator'), async (req, res) => {
    const form = readForm(settingsForm, req.body)
    if (!form.ok)
      return res
        .status(422)
        .render('settings/settings', { values: req.body as object, problems: form.problems, ...choices(res) })

    const changed = await settings.change(actorOf(res), form.data)
    flash(req, 'success', changed ? 'settings:flash.changed' : 'settings:flash.unchanged')
    res.redirect(303, '/settings')
  })

  return router
}

const choices = (res: Response) => ({
  timeZones,
  countries: countryChoices(phoneCountries, String(res.locals.language)),
})
