import { systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { FILE_LIFETIME_MS, type ExportFiles } from './export-files.ts'
import type { ExportManifest } from './exported-client.ts'
import { writeExport } from './file/write-export.ts'
import type { KeyHandover } from './key-handover.ts'
import type { ExportNeeds } from './needs.ts'
import { findExport, updateUnderWay, type Failure } from './queries.ts'

type Needs = ExportNeeds & { files: ExportFiles; keys: KeyHandover }
type Job = { tenantId: string; exportId: string }

/** At most this often is the table told how far the file is. */
const PROGRESS_MS = 500

/**
 * Makes one export, from the first byte. Killed half-way it leaves a partial file that nothing serves; started again it
 * takes the next key and begins anew. When no key is left the export has failed, and a person must ask again.
 */
export const createMaker = ({ db, clock, files, keys, vocabulary, ...needs }: Needs) => {
  const giveUp = (job: Job, failure: Failure) =>
    db.asTenant(job, async trx => {
      const failed = await updateUnderWay(trx, job.exportId, { status: 'failed', failure, finished_at: clock() })
      if (failed) await record(trx, systemActor(job.tenantId), 'export.failed', job.exportId, { failure })
    })

  const write = async (job: Job, createdAt: Date) => {
    const wrapKey = await keys.take(job)
    if (!wrapKey) return giveUp(job, 'key-gone')

    const actor = systemActor(job.tenantId)
    const progress = reporter(done => {
      const change = { status: 'running', done_clients: done, progressed_at: clock() } as const
      return db.asTenant(job, trx => updateUnderWay(trx, job.exportId, change))
    })
    const manifest: ExportManifest = {
      format: 'ostoja-export',
      version: 1,
      exportId: job.exportId,
      organisation: await needs.organisation(actor),
      createdAt: createdAt.toISOString(),
      vocabulary,
    }
    await progress.report(0)
    const viewer = await needs.loadViewer()
    const records = needs.readForExport(actor)
    const written = await files.write(job, out =>
      writeExport({ records, manifest, wrapKey, viewer, out, onProgress: progress.note }),
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
        progressed_at: now,
        finished_at: now,
        expires_at: new Date(now.getTime() + FILE_LIFETIME_MS),
      })
      if (changed) await record(trx, actor, 'export.made', job.exportId, { clients, contacts, size: bytes, sha256 })
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
      await write(job, row.created_at)
    } catch (fault) {
      // With a key left the queue tries again; without one there is no use.
      if ((await keys.left(job).catch(() => 0)) === 0) await giveUp(job, 'fault')
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
