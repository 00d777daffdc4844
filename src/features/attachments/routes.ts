import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { create as contentDisposition } from 'content-disposition'
import { Router, type Request, type Response } from 'express'
import { tenantRoles } from '../../platform/actor.ts'
import { NotFound } from '../../platform/errors.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { filesIn } from '../../platform/web/multipart.ts'
import type { Proved } from '../../platform/web/proved.ts'
import { unlessReaderGone } from '../../platform/web/reader-gone.ts'
import type { Attachments } from './attachments.ts'
import { isShown, shownTypes } from './kinds.ts'
import type { OpenFile } from './opening.ts'
import { fileId, passwordForm, trayFields } from './schema.ts'
import type { Tray } from './trays.ts'

/**
 * Nothing that a file brings along runs, loads or leads anywhere, and even a picture is of no origin. Chromium's own viewer
 * shows a PDF in such a sandbox.
 */
const lockedDown = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

/** @param proved asks for the password again before a file leaves: it is what was sent, and nothing protects it outside */
export const attachmentRoutes = (
  { trays, open, openShown, describe }: Pick<Attachments, 'trays' | 'open' | 'openShown' | 'describe'>,
  proved: Proved,
) => {
  const router = Router()
  const forTenants = (options?: Parameters<typeof requireRole>[1]) => requireRole(tenantRoles, options)

  const showTray = (res: Response, tray: Tray, problem: string | null = null) =>
    res.status(problem ? 422 : 200).render('attachments/tray', { tray, problems: problem ? { files: problem } : {} })

  /** One file for a tray, as a page sends it that shows how far it is. */
  router.post('/attachments', forTenants({ upload: true }), async (req, res) => {
    const { tray, problem } = await trays.ofForm(actorOf(res), req.body, filesIn(req))
    showTray(res, tray, problem)
  })

  /** What lies in a tray, for a page that brought a draft back. */
  router.get('/attachments/trays/:trayId', forTenants({ background: true }), async (req, res) => {
    const tray = await trays.look(actorOf(res), readId(req.params.trayId))
    if (tray.attachments.length === 0) throw new NotFound()
    showTray(res, tray)
  })

  router.post('/attachments/:attachmentId/take-out', forTenants(), async (req, res) => {
    const { tray: id } = trayFields.parse(req.body ?? {})
    if (!id) throw new NotFound()
    await trays.takeOut(actorOf(res), id, readId(req.params.attachmentId))
    showTray(res, await trays.look(actorOf(res), id))
  })

  /** In the page, what a browser shows; anything else is a file that leaves. */
  router.get('/attachments/:attachmentId', forTenants({ download: 'attachment' }), async (req, res) => {
    await give(req, res, true)
  })

  router.get('/attachments/:attachmentId/download', forTenants({ download: 'attachment' }), async (req, res) => {
    if (proved.isFresh(req)) await give(req, res, false)
    else await ask(req, res, {})
  })

  router.post('/attachments/:attachmentId/download', forTenants(), async (req, res) => {
    const { id } = await describe(actorOf(res), readId(req.params.attachmentId))
    const form = readForm(passwordForm, req.body)
    if (!form.ok) return ask(req, res.status(422), form.problems)
    const proof = await proved.prove(req, res, form.data.password)
    if (proof.outcome === 'right') return res.redirect(303, `/attachments/${id}/download`)
    await ask(req, res, { password: proof.outcome === 'slow-down' ? proof.problem : 'attachments:saving.wrong' })
  })

  const ask = async (req: Request, res: Response, problems: Problems) => {
    const file = await describe(actorOf(res), readId(req.params.attachmentId)).catch(unlessBroken)
    if (!file) return res.status(410).render('attachments/damaged')
    res.render('attachments/saving', { file, problems })
  }

  const give = async (req: Request, res: Response, inline: boolean) => {
    const id = readId(req.params.attachmentId)
    const found = await (inline ? openShown : open)(actorOf(res), id).catch(unlessBroken)
    if (found === undefined) return res.status(410).render('attachments/damaged')
    if (found === null) return res.redirect(303, `/attachments/${id}/download`)
    sayWhatItIs(res, found, inline)
    await pipeline(Readable.from(found.bytes, { objectMode: false, highWaterMark: 0 }), res).catch(unlessReaderGone)
  }

  return router
}

const readId = (sent: unknown): string => {
  const id = fileId.safeParse(sent)
  if (!id.success) throw new NotFound()
  return id.data
}

/** @returns undefined for a file that is damaged. @throws every other fault */
const unlessBroken = (fault: unknown): undefined => {
  if (!(fault instanceof SealBroken)) throw fault
}

const sayWhatItIs = (res: Response, { name, kind, size }: OpenFile, inline: boolean) => {
  const type = inline && isShown(kind) ? shownTypes[kind] : 'application/octet-stream'
  const { t } = res.locals as { t: (key: string) => string }
  res.set({
    'Content-Type': type,
    'Content-Length': String(size),
    'Content-Disposition': contentDisposition(name || t('attachments:nameless'), {
      type: inline ? 'inline' : 'attachment',
    }),
    'Content-Security-Policy': lockedDown,
  })
}
