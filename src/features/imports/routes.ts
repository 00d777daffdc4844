import type { Duplex } from 'node:stream'
import { Router, type Request, type Response } from 'express'
import { plainFileName } from '../../platform/web/file-name.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { flash } from '../../platform/web/flash.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { filesIn } from '../../platform/web/multipart.ts'
import type { SealedFileForm } from '../../platform/web/sealed-file.ts'
import { fieldNames } from './columns/fields.ts'
import { FileFault } from './file/file-fault.ts'
import { encodings } from './file/letters.ts'
import { addFixRoutes, createPreviewPage } from './fixes/routes.ts'
import type { Imports } from './imports.ts'
import { reasonOf, type Locals } from './presentation.ts'
import { progressOf, type Progress } from './progress.ts'
import { addRowRoutes, idOf } from './rows/routes.ts'
import { columnsForm, columnsQuery, fixesQuery, headerForm, listQuery } from './schema.ts'
import { busyStates } from './states.ts'
import { keptUntil } from './sweep.ts'
import { limits, type UploadOutcome } from './upload.ts'

/** A file of the largest size, with what a form puts around it. */
const mostAnnounced = limits.bytes + 64 * 1024

/** How the refused rows leave: encrypted by a passphrase. */
type RefusedSealing = { form: SealedFileForm; seal: (passphrase: string) => Promise<Duplex> }

export const importRoutes = (imports: Imports, sealing: RefusedSealing) => {
  const router = Router()
  const showPreview = createPreviewPage(imports)
  const showList = async (req: Request, res: Response, fault: FileFault | null) => {
    const { before } = listQuery.parse(req.query)
    const problems: Problems = fault ? { file: `imports:fault.${fault.kind}` } : {}
    res.render('imports/list', {
      ...(await imports.list(actorOf(res), before)),
      before,
      problems,
      faultRow: fault?.line ?? null,
    })
  }

  const showColumns = async (req: Request, res: Response, problems: Problems, typed?: object) => {
    const id = idOf(req)
    const { encoding } = columnsQuery.parse(req.query)
    const [view, columns, fixed] = await Promise.all([
      imports.view(actorOf(res), id),
      imports.columns(actorOf(res), id, encoding),
      imports.fixed(actorOf(res), id),
    ])
    res.render('imports/columns', {
      view,
      ...columns,
      fixed,
      encodings,
      fieldNames,
      problems,
      values: typed ?? columns.reading,
    })
  }

  router.get('/imports', requireRole('staff'), (req, res) => showList(req, res, null))

  router.post('/imports', requireRole('staff', { upload: true }), async (req, res) => {
    const outcome = await takeIn(req, res)
    if (outcome.ok) return res.redirect(303, `/imports/${outcome.importId}`)

    res.status(outcome.fault.kind === 'too-large' ? 413 : 422)
    await showList(req, res, outcome.fault)
  })

  const takeIn = async (req: Request, res: Response): Promise<UploadOutcome> => {
    if (Number(req.get('content-length') ?? 0) > mostAnnounced) return { ok: false, fault: new FileFault('too-large') }
    for await (const file of filesIn(req)) {
      const name = plainFileName(file.name)
      const outcome = await imports.upload(actorOf(res), name, file.bytes)
      const nothingChosen = !outcome.ok && name === '' && outcome.fault.kind === 'empty'
      return nothingChosen ? { ok: false, fault: new FileFault('no-file') } : outcome
    }
    return { ok: false, fault: new FileFault('no-file') }
  }

  router.get('/imports/:importId', requireRole('staff'), async (req, res) => {
    const id = idOf(req)
    const view = await imports.view(actorOf(res), id)
    if (view.state === 'mapping') return showColumns(req, res, {})
    if (busyStates.includes(view.state))
      return res.render('imports/working', { view, progress: withText(progressOf(view), res) })
    if (view.state !== 'previewed') return res.render('imports/result', { view, keptUntil: keptUntil(view) })

    await showPreview(res, view, {}, { show: 'refused', after: fixesQuery.parse(req.query).after })
  })

  router.get('/imports/:importId/progress', requireRole('staff', { background: true }), async (req, res) => {
    res.json(withText(await imports.progress(actorOf(res), idOf(req)), res))
  })

  router.get('/imports/:importId/columns', requireRole('staff'), async (req, res) => {
    const { state } = await imports.view(actorOf(res), idOf(req))
    if (state !== 'mapping' && state !== 'previewed') return res.redirect(303, `/imports/${idOf(req)}`)
    await showColumns(req, res, {})
  })

  router.post('/imports/:importId/header', requireRole('staff'), async (req, res) => {
    const id = idOf(req)
    const form = readForm(headerForm, req.body)
    if (!form.ok) {
      res.status(422)
      return showColumns(req, res, form.problems)
    }
    const { dropped } = await imports.chooseHeader(actorOf(res), id, form.data.row)
    if (dropped > 0) flash(req, 'warning', 'imports:flash.fixesDropped', { count: dropped })
    res.redirect(303, `/imports/${id}/columns`)
  })

  router.post('/imports/:importId/columns', requireRole('staff'), async (req, res) => {
    const id = idOf(req)
    const { reading } = await imports.columns(actorOf(res), id)
    const form = readForm(columnsForm(reading.columns.length), req.body)
    if (!form.ok) {
      res.status(422)
      return showColumns(req, res, form.problems, req.body as object)
    }
    await imports.chooseColumns(actorOf(res), id, form.data)
    res.redirect(303, `/imports/${id}`)
  })

  addRowRoutes(router, imports)
  addFixRoutes(router, imports, showPreview)

  const refusedPage = async (req: Request, res: Response) => {
    const { t } = res.locals as Locals
    await imports.expectRefused(actorOf(res), idOf(req))
    return {
      title: t('imports:refused.title'),
      about: null,
      lead: t('imports:refused.lead'),
      back: { href: `/imports/${idOf(req)}`, text: t('imports:refused.back') },
    }
  }

  router.get('/imports/:importId/refused.csv', requireRole('staff'), async (req, res) => {
    sealing.form.ask(req, res, await refusedPage(req, res))
  })

  router.post('/imports/:importId/refused.csv', requireRole('staff', { download: 'sealed' }), async (req, res) => {
    const passphrase = sealing.form.passphraseIn(req, res, await refusedPage(req, res))
    if (passphrase === null) return
    const { t, today } = res.locals as Locals
    const words = {
      header: t('imports:refused.header'),
      reason: (refusal: Parameters<typeof reasonOf>[0]) => reasonOf(refusal, t),
    }
    const sealed = await sealing.seal(passphrase)
    const file = await imports.refusedFile(actorOf(res), idOf(req), words)
    await sealing.form.send(res, t('imports:refused.file-name'), today, file, sealed)
  })

  router.post('/imports/:importId/start', requireRole('staff'), async (req, res) => {
    await imports.start(actorOf(res), idOf(req))
    res.redirect(303, `/imports/${idOf(req)}`)
  })

  router.post('/imports/:importId/discard', requireRole('staff'), async (req, res) => {
    await imports.discard(actorOf(res), idOf(req))
    flash(req, 'success', 'imports:flash.discarded')
    res.redirect(303, '/imports')
  })

  router.post('/imports/:importId/take-back', requireRole('staff'), async (req, res) => {
    await imports.takeBack(actorOf(res), idOf(req))
    res.redirect(303, `/imports/${idOf(req)}`)
  })

  return router
}

const withText = (progress: Progress, res: Response) => {
  const { t, formatNumber } = res.locals as Locals
  if (!('max' in progress)) return progress
  return {
    ...progress,
    text: t('imports:working.of', { value: formatNumber(progress.value ?? 0), max: formatNumber(progress.max ?? 0) }),
  }
}
