import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { CutForm } from '../../platform/web/multipart.ts'
import { guessReading } from './columns/guess.ts'
import { FileFault } from './file/file-fault.ts'
import { readTable, type Limits, type TableFacts, type TableRow } from './file/table.ts'
import type { Needs } from './needs.ts'
import { deleteImport, insertImport, insertRows, listRows, updateImport } from './queries.ts'
import { readableHeader, type FileFacts, type Seals } from './sealed.ts'
import { sweep } from './sweep.ts'

export const limits: Limits = { bytes: 50 * 1024 * 1024, rows: 100_000, columns: 200, cellLength: 20_000 }

/** As many rows as go to the database at once. */
const batch = 500
/** Enough to see how dates and names are written. */
export const rowsLookedAt = 2000

export type UploadOutcome = { ok: true; importId: string } | { ok: false; fault: FileFault }

/** Takes in a file as it arrives: rows are sealed and stored batch by batch, and the file itself is never kept. */
export const createUpload = ({ db, clock }: Needs, seals: Seals) => {
  const begin = (actor: Actor, accountId: number, id: string): Promise<void> =>
    db.asTenant(actor, async trx => {
      const now = clock()
      await sweep(trx, now)
      const nothingYet = await seals.sealFile(actor.tenantId, id, {
        name: '',
        header: [],
        headerRow: 1,
        above: [],
        delimiter: ',',
        encoding: 'utf-8',
      })
      await insertImport(trx, {
        tenant_id: actor.tenantId,
        id,
        file_sealed: nothingYet,
        created_by: accountId,
        created_at: now,
        stirred_at: now,
      })
    })

  const store = async (actor: Actor, importId: string, rows: TableRow[]): Promise<void> => {
    const fresh = await Promise.all(
      rows.map(async row => {
        const id = randomUUID()
        return { id, number: row.number, row_sealed: await seals.sealRow(actor.tenantId, id, row) }
      }),
    )
    await db.asTenant(actor, async trx => {
      await insertRows(trx, actor.tenantId, importId, fresh)
      await updateImport(trx, importId, { stirred_at: clock() })
    })
  }

  const finish = (actor: Actor, id: string, file: FileFacts, { rows }: TableFacts): Promise<void> =>
    db.asTenant(actor, async trx => {
      const { tenantId } = actor
      const first = await seals.openRows(tenantId, await listRows(trx, id, { limit: rowsLookedAt }), file.encoding)
      const reading = guessReading(
        readableHeader(file, file.encoding),
        first.map(row => row.cells),
      )
      await updateImport(trx, id, {
        state: 'mapping',
        file_sealed: await seals.sealFile(tenantId, id, file),
        reading_sealed: await seals.sealReading(tenantId, id, { ...reading, encoding: file.encoding }),
        row_count: rows,
        stirred_at: clock(),
      })
      await record(trx, actor, 'import.uploaded', id, { rows })
    })

  /**
   * A file that turns out wrong, or whose connection breaks, leaves nothing.
   * @param name the file's name, sealed with it
   */
  return async (actor: Actor, name: string, bytes: AsyncIterable<Buffer>): Promise<UploadOutcome> => {
    if (actor.accountId === null) throw new Error('an import belongs to an account')
    const id = randomUUID()
    await begin(actor, actor.accountId, id)
    try {
      const facts = await readTable(bytes, { limits, batch, onRows: rows => store(actor, id, rows) })
      const { rows: _, ...file } = facts
      await finish(actor, id, { name, ...file }, facts)
      return { ok: true, importId: id }
    } catch (fault) {
      await db.asTenant(actor, trx => deleteImport(trx, id))
      if (fault instanceof FileFault) return { ok: false, fault }
      if (fault instanceof CutForm) return { ok: false, fault: new FileFault('incomplete') }
      throw fault
    }
  }
}
