import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import { NotFound } from '../../platform/errors.ts'
import { dateFormat } from '../../platform/i18n/date-format.ts'
import { sayMoments } from '../../platform/i18n/moments.ts'
import type { Language, Translate } from '../../platform/i18n/translations.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { Callability } from '../../safe-to-contact/times.ts'
import { ruleWords, sayCallability, sayNobody } from '../../safe-to-contact/words.ts'
import { outcomes } from './call.ts'
import type { EmergencyCards } from './emergency-cards.ts'
import { callForm, typedCall, uuid, type TypedCall } from './schema.ts'

const readers = ['staff', 'security_officer'] as const

/** @param speech what pages that show a client speak with */
export const emergencyCardRoutes = (cards: EmergencyCards, speech: (res: Response) => object) => {
  const router = Router()

  router.get('/clients/:clientId/card', requireRole(readers), (req, res) => show(req, res, 200, null, {}))

  router.get('/clients/:clientId/calls', requireRole(readers), async (req, res) => {
    const found = await cards.log(actorOf(res), clientIdOf(req))
    const { language } = res.locals as { language: Language }
    const { zoned } = sayMoments(language, found.timeZone)
    res.render('emergency-cards/calls', { ...speech(res), ...found, momentIn: zoned })
  })

  router.post('/clients/:clientId/calls', requireRole(readers), async (req, res) => {
    const clientId = clientIdOf(req)
    const typed = typedCall(req.body)
    const form = readForm(callForm, req.body)
    if (!form.ok) return show(req, res, 422, typed, form.problems)
    const { id } = req.body as { id?: unknown }
    const outcome = await cards.logCall(actorOf(res), clientId, uuid.safeParse(id).data ?? randomUUID(), form.data)
    if (outcome !== 'logged') return show(req, res, 422, typed, { number: 'emergency-cards:problem.number' })
    flash(req, 'success', 'emergency-cards:flash.logged')
    res.redirect(303, `/clients/${clientId}/card#next`)
  })

  const show = async (req: Request, res: Response, status: number, typed: TypedCall | null, problems: Problems) => {
    const card = await cards.read(actorOf(res), clientIdOf(req))
    const { t } = res.locals as { t: Translate }
    const words = ruleWords(t)
    res.status(status).render('emergency-cards/card', {
      ...speech(res),
      card,
      typed,
      problems,
      outcomes,
      newId: () => randomUUID(),
      nobody: card.nobody && sayNobody(words, card.nobody),
      sayWhen: (callable: Callability) => sayCallability(words, callable),
      momentIn: momentIn(res, card.timeZone),
    })
  }

  return router
}

/** Moments as the tenant's clock shows them. */
const momentIn = (res: Response, timeZone: string) => {
  const { language } = res.locals as { language: Language }
  const format = dateFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  })
  return (moment: Date) => format.format(moment)
}

const clientIdOf = (req: Request): string => {
  const read = uuid.safeParse(req.params.clientId)
  if (!read.success) throw new NotFound()
  return read.data
}
