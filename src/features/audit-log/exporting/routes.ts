import { pipeline } from 'node:stream/promises'
import { Router, type Response } from 'express'
import { sealingStream } from '../../../platform/age/streams.ts'
import type { Language, Translate } from '../../../platform/i18n/translations.ts'
import { dayIn } from '../../../platform/time/wall-clock.ts'
import { readForm, type Problems } from '../../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../../platform/web/guard.ts'
import { unlessReaderGone } from '../../../platform/web/reader-gone.ts'
import type { AuditLog } from '../audit-log.ts'
import { sayWish } from '../saying-wish.ts'
import { shownAt, type Shown } from '../shown.ts'
import { csvOf } from './csv.ts'
import type { Sealing } from './needs.ts'

type Locals = { t: Translate; language: Language }

/** Exporting the log, whole or what a search found; the file goes straight to whoever asked. */
export const logExportRoutes = (log: AuditLog, sealing: Sealing) => {
  const router = Router()
  const officer = () => requireRole('security_officer')
  /** An age file opens with a passphrase or with keys, never with both. */
  const form = sealing.form.refine(({ passphrase, keyIds }) => !passphrase || keyIds.length === 0, {
    path: ['keyIds'],
    message: 'audit-log:export.either',
  })

  for (const page of ['/log', '/log/searches/:logSearchId']) {
    router.get(`${page}/export`, officer(), async (req, res) => {
      const shown = await shownAt(log, actorOf(res), req.params)
      if (!shown) return res.status(404).render('audit-log/search-gone')
      const { language } = res.locals as Locals
      await renderForm(res, shown, sealing.suggestPassphrase(language), [], {})
    })

    router.post(`${page}/export`, requireRole('security_officer', { download: 'sealed' }), async (req, res) => {
      const shown = await shownAt(log, actorOf(res), req.params)
      if (!shown) return res.status(404).render('audit-log/search-gone')
      const filled = readForm(form, req.body)
      const { language } = res.locals as Locals
      // What was typed is never sent back; the suggested words are, since somebody may have just written them down.
      const suggested = () => sealing.suggestPassphrase(language, req.body)
      const again = (problems: Problems) => renderForm(res.status(422), shown, suggested(), ticked(req.body), problems)
      if (!filled.ok) return again(filled.problems)
      const recipients = await sealing.recipientsOf(actorOf(res), filled.data)
      if (!recipients) return again({ keyIds: 'exports:problem.keyGone' })

      const sealed = await sealingStream(recipients)
      const made = await log.exporting.begin(actorOf(res), shown.wish, filled.data)
      res.attachment(`ostoja-log-${dayIn(made.at, made.timeZone)}.csv.age`)
      res.type('application/octet-stream')
      await pipeline(csvOf(res.locals as Locals, made), sealed, res).catch(unlessReaderGone)
    })
  }

  const renderForm = async (
    res: Response,
    { wish, address }: Shown,
    suggested: string,
    keyIds: readonly string[],
    problems: Problems,
  ) => {
    const actor = actorOf(res)
    const { t, language } = res.locals as Locals
    const [people, keys] = await Promise.all([log.people(actor), sealing.keysToChoose(actor)])
    res.render('audit-log/export', {
      address,
      asked: sayWish({ t, language, people }, wish),
      keys,
      suggested,
      values: { keyIds },
      problems,
    })
  }

  return router
}

/** What comes back into the form: never a passphrase. */
const ticked = (body: unknown): string[] => {
  const { keyIds } = (body ?? {}) as { keyIds?: unknown }
  return Array.isArray(keyIds) ? keyIds.filter(id => typeof id === 'string') : []
}
