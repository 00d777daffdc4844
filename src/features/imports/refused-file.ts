import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { Actor } from '../../platform/actor.ts'
import { record as audit } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Refusal } from './columns/read-row.ts'
import type { Needs } from './needs.ts'
import { findImport, listRows } from './queries.ts'
import { readableHeader, type Seals } from './sealed.ts'

const batch = 500

/** What a spreadsheet would take for a formula; a plain number or telephone number calculates nothing. */
const formula = /^[=+\-@\t\r]/
const plainNumber = /^[+-]?[\d\s().]+$/

/** Puts an apostrophe before a formula, so that no spreadsheet calculates it; reading a file in takes it off again. */
export const defuse = (cell: string): string => (formula.test(cell) && !plainNumber.test(cell) ? `'${cell}` : cell)

type Words = { header: string; reason: (refusal: Refusal) => string }

/**
 * The refused rows as a CSV file to mend and import again: why, then the file's own columns, parted as in the file, in
 * UTF-8 with the mark by which Excel knows it.
 * @param words the reader's language
 * @throws NotFound also where the rows are no longer kept
 */
export const createRefusedFile = ({ db }: Needs, seals: Seals) => {
  const find = async (trx: Trx, importId: string) => {
    const found = await findImport(trx, importId)
    if (!found || !['previewed', 'done', 'taken-back'].includes(found.state) || found.rows_dropped_at)
      throw new NotFound()
    return found
  }

  const refusedFile = async (actor: Actor, importId: string, words: Words): Promise<Readable> => {
    const { file, reading } = await db.asTenant(actor, async trx => {
      const found = await find(trx, importId)
      const { counts } = found.state === 'previewed' ? found.planned : found.result
      await audit(trx, actor, 'import.refused-rows-downloaded', importId, { rows: counts.refused })
      return { file: await seals.openFile(found), reading: await seals.openReading(found) }
    })

    async function* lines() {
      yield [words.header, ...readableHeader(file, reading.encoding).map(defuse)]
      let after = 0
      for (;;) {
        const found = await db.asTenant(actor, trx =>
          listRows(trx, importId, { outcomes: ['refused'], after, limit: batch }),
        )
        for (const { cells, refusals } of await seals.openRows(actor.tenantId, found, reading.encoding))
          yield [refusals.map(words.reason).join(' '), ...cells.map(defuse)]
        const last = found.at(-1)
        if (!last || found.length < batch) return
        after = last.number
      }
    }
    const format = stringify({ delimiter: file.delimiter, bom: true, record_delimiter: 'windows' })
    return Readable.from(lines())
      .on('error', fault => format.destroy(fault))
      .pipe(format)
  }

  return {
    refusedFile,

    /** Whether refused rows are kept; none is shown, so nothing is audited. @throws NotFound */
    expectRefused: (actor: Actor, importId: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        await find(trx, importId)
      }),
  }
}
