import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Router, type Response } from 'express'
import type { Actor } from '../../platform/actor.ts'
import { NotFound } from '../../platform/errors.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { unlessReaderGone } from '../../platform/web/reader-gone.ts'
import type { Exports, ListedExport } from './exports.ts'
import { suggestPassphrase, type Language } from './passphrase/generated.ts'
import { exportForm, exportId, proofForm } from './schema.ts'

type Choices = {
  /** The officers' keys that an export may be sealed to. */
  keysToChoose: (actor: Actor) => Promise<readonly KeyToChoose[]>
  /** The groups that an export may be confined to, with the number of their active clients. */
  groupsToChoose: (actor: Actor) => Promise<readonly { id: string; name: string; count: number }[]>
}

export const exportRoutes = (exports: Exports, { keysToChoose, groupsToChoose }: Choices) => {
  const router = Router()
  const officer = () => requireRole('security_officer')

  router.get('/exports', officer(), async (_req, res) => {
    res.render('exports/list', { exports: await exports.list(actorOf(res)) })
  })

  router.get('/exports/new', officer(), async (_req, res) => {
    const { language } = res.locals as { language: Language }
    await renderForm(
      res,
      200,
      suggestPassphrase(language),
      { format: 'viewer', keyIds: [], groupIds: [], withHidden: '' },
      {},
    )
  })

  router.post('/exports', officer(), async (req, res) => {
    const form = readForm(exportForm, req.body)
    const { language } = res.locals as { language: Language }
    // What was typed is never sent back; the suggested words are, since somebody may have just written them down.
    const again = (problems: Problems) =>
      renderForm(res, 422, suggestPassphrase(language, req.body), typedIn(req.body), problems)
    if (!form.ok) return again(form.problems)

    const { keyIds, groupIds, format, withHidden } = form.data
    const passphrase = form.data.passphrase || null
    const asked = await exports.request(actorOf(res), {
      passphrase,
      keyIds,
      groupIds,
      format,
      language,
      withHidden,
    })
    if (!asked) return again({ keyIds: 'exports:problem.keyGone' })
    const { id, made } = asked
    if (!made) flash(req, 'warning', 'exports:flash.alreadyUnderWay')
    res.redirect(303, `/exports/${id}`)
  })

  router.post('/exports/proofs', officer(), async (req, res) => {
    const form = readForm(proofForm, req.body)
    const proved = form.ok ? await exports.prove(actorOf(res), form.data.code) : null
    if (!proved) {
      const problems: Problems = form.ok ? { code: 'exports:problem.unknownCode' } : form.problems
      return res.status(422).render('exports/proof', { values: typedCode(req.body), problems })
    }
    flash(req, 'success', 'exports:flash.proved')
    res.redirect(303, `/exports/${proved}`)
  })

  router.get('/exports/proofs', officer(), (_req, res) => {
    res.render('exports/proof', { values: {}, problems: {} })
  })

  router.get('/exports/:exportId', officer(), async (req, res) => {
    const found = await exports.find(actorOf(res), idIn(req.params))
    res.render('exports/export', { found, size: Number(found.size), progress: progressOf(found) })
  })

  router.get('/exports/:exportId/progress', requireRole('security_officer', { background: true }), async (req, res) => {
    const found = await exports.find(actorOf(res), idIn(req.params))
    const { t, formatNumber } = res.locals as PageLocals
    const { value, max } = progressOf(found)
    const text = t('exports:progress.count', { done: formatNumber(value), total: formatNumber(max) })
    res.json({ done: !isUnderWay(found), value, max, text })
  })

  router.get('/exports/:exportId/file', requireRole('security_officer', { download: 'sealed' }), async (req, res) => {
    const { file, name, type, size } = await exports.download(actorOf(res), idIn(req.params))
    const there = await stat(file).catch(() => undefined)
    if (there?.size !== size) throw new NotFound()
    res.attachment(name)
    res.set({ 'Content-Type': type, 'Content-Length': String(size) })
    await pipeline(createReadStream(file), res).catch(unlessReaderGone)
  })

  const renderForm = async (
    res: Response,
    status: number,
    suggested: string,
    values: { format: string; keyIds: readonly string[]; groupIds: readonly string[]; withHidden: string },
    problems: Problems,
  ) => {
    const actor = actorOf(res)
    const [clients, keys, groups, consented] = await Promise.all([
      exports.count(actor),
      keysToChoose(actor),
      groupsToChoose(actor),
      exports.approvals.mayUse(actor),
    ])
    res.status(status).render('exports/new', { clients, keys, groups, consented, suggested, values, problems })
  }

  return router
}

type KeyToChoose = { id: string; name: string; owner: string }
type PageLocals = { t: (key: string, values: object) => string; formatNumber: (value: number) => string }

const idIn = (params: { exportId?: string }) => {
  const id = exportId.safeParse(params.exportId)
  if (!id.success) throw new NotFound()
  return id.data
}

/** What comes back into the form: never a passphrase. */
const typedIn = (body: unknown) => {
  const { format, keyIds, groupIds, withHidden } = (body ?? {}) as Record<string, unknown>
  const ids = (given: unknown) => (Array.isArray(given) ? given.filter(id => typeof id === 'string') : [])
  return {
    format: typeof format === 'string' ? format : 'viewer',
    keyIds: ids(keyIds),
    groupIds: ids(groupIds),
    withHidden: withHidden === 'on' ? 'on' : '',
  }
}

const typedCode = (body: unknown) => {
  const { code } = (body ?? {}) as Record<string, unknown>
  return { code: typeof code === 'string' ? code : '' }
}

const isUnderWay = ({ status }: ListedExport) => status === 'waiting' || status === 'running'

const progressOf = ({ done_clients, total_clients }: ListedExport) => ({
  value: done_clients,
  max: Math.max(total_clients, done_clients, 1),
})
