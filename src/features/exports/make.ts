import { systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { zonedStamp } from '../../platform/time/wall-clock.ts'
import { FILE_LIFETIME_MS, type ExportFiles } from './export-files.ts'
import type { ExportManifest } from './exported-client.ts'
import { writeExport, type Audience } from './file/write-export.ts'
import { formatOf } from './formats/formats.ts'
import type { KeyHandover } from './key-handover.ts'
import { enqueue as enqueueJob } from '../../platform/jobs/jobs.ts'
import { copyJob } from './copies/job.ts'
import type { ExportNeeds } from './needs.ts'
import { hashOfCode, newOpeningCode } from './opening-code.ts'
import { findExport, updateUnderWay, type ExportRow, type Failure } from './queries.ts'

type Needs = ExportNeeds & { files: ExportFiles; keys: KeyHandover }
type Job = { tenantId: string; exportId: string }

/** At most this often is the table told how far the file is. */
const PROGRESS_MS = 500

/**
 * Makes one export, from the first byte. Killed half-way it leaves a partial file that nothing serves; started again it
 * takes the next key and begins anew. When no key is left the export has failed, and a person must ask again.
 */
export const createMaker = ({ db, clock, files, keys, vocabulary, enqueue = enqueueJob, ...needs }: Needs) => {
  const giveUp = (job: Job, failure: Failure) =>
    db.asTenant(job, async trx => {
      const failed = await updateUnderWay(trx, job.exportId, { status: 'failed', failure, finished_at: clock() })
      if (failed) await record(trx, systemActor(job.tenantId), 'export.failed', job.exportId, { failure })
    })

  /** Whom it is for, with the keys as they are now; null where nothing is left of that. */
  const audienceOf = async (job: Job, row: ExportRow): Promise<Audience | null> => {
    const inUse = await db.asTenant(job, needs.keysInUse)
    const publicKeys = inUse.filter(({ id }) => row.sealed_to.includes(id)).map(({ publicKey }) => publicKey)
    const wrapKey = row.for_passphrase ? await keys.take(job) : undefined
    if (row.for_passphrase ? !wrapKey : publicKeys.length === 0) return null
    return { wrapKey: wrapKey ?? null, publicKeys }
  }

  const groupNames = async (actor: Actor, ids: readonly string[]) => {
    if (ids.length === 0) return []
    const all = await db.asTenant(actor, trx => needs.groups.choices(trx, actor))
    return all.filter(({ id }) => ids.includes(id)).map(({ name }) => name)
  }

  const write = async (job: Job, row: ExportRow) => {
    const audience = await audienceOf(job, row)
    if (!audience) return giveUp(job, 'key-gone')

    const actor = systemActor(job.tenantId)
    const progress = reporter(done => {
      const change = { status: 'running', done_clients: done, progressed_at: clock() } as const
      return db.asTenant(job, trx => updateUnderWay(trx, job.exportId, change))
    })
    const openingCode = newOpeningCode()
    const timeZone = await needs.timeZone(actor)
    const createdAt = zonedStamp(row.created_at, timeZone)
    const manifest: ExportManifest = {
      format: 'ostoja-export',
      version: 1,
      exportId: job.exportId,
      organisation: await needs.organisation(actor),
      createdAt,
      openingCode,
      timeZone,
      groups: await groupNames(actor, row.group_ids),
      vocabulary,
    }
    await progress.report(0)
    const viewer = row.format === 'viewer' ? await needs.loadViewer() : null
    const format = formatOf(row.format, manifest, needs.words, row.language)
    const records = needs.readForExport(actor, {
      withHidden: row.with_hidden,
      groupIds: row.group_ids,
      language: row.language,
    })
    const written = await files.write({ ...job, kept: row.scheduled }, out =>
      writeExport({ records, format, audience, createdAt, viewer, out, onProgress: progress.note }),
    )
    await progress.settled()

    const now = clock()
    const kept = await db.asTenant(job, async trx => {
      const { clients, contacts, bytes, sha256 } = written
      const changed = await updateUnderWay(trx, job.exportId, {
        status: 'ready',
        done_clients: clients,
        total_clients: clients,
        contacts,
        size: String(bytes),
        sha256,
        opening_code_hash: hashOfCode(job.exportId, openingCode),
        progressed_at: now,
        finished_at: now,
        expires_at: row.scheduled ? null : new Date(now.getTime() + FILE_LIFETIME_MS),
      })
      if (changed) await record(trx, actor, 'export.made', job.exportId, { clients, contacts, size: bytes, sha256 })
      if (changed && row.scheduled) {
        await needs.tellOfficers(trx, job.tenantId, 'waiting')
        await enqueue(trx, ...copyJob(job.tenantId))
      }
      if (changed && row.created_by !== null) await needs.tellOfMade(trx, job.tenantId, row.created_by)
      return changed
    })
    // Given up in the meantime: whoever asked has been told so, and may have asked again.
    if (!kept) await files.remove(job)
    await keys.forget(job)
  }

  return async (job: Job): Promise<void> => {
    const row = await db.asTenant(job, trx => findExport(trx, job.exportId))
    // Done, or given up, while this job waited: nothing to do.
    if (row?.status !== 'waiting' && row?.status !== 'running') return
    try {
      await write(job, row)
    } catch (fault) {
      // Without a key left there is no use in trying again; public keys are always there.
      if (row.for_passphrase && (await keys.left(job).catch(() => 0)) === 0) await giveUp(job, 'fault')
      throw fault
    }
  }
}

/** Passes on how far the work is, one message at a time and not for every piece; a message that fails is only late. */
const reporter = (tell: (done: number) => Promise<unknown>) => {
  let last = 0
  let telling: Promise<unknown> = Promise.resolve()
  let busy = false
  const report = async (done: number) => {
    busy = true
    last = Date.now()
    telling = tell(done).catch(() => undefined)
    await telling
    busy = false
  }
  return {
    report,
    note: (done: number) => {
      if (!busy && Date.now() - last >= PROGRESS_MS) void report(done)
    },
    settled: () => telling,
  }
}
