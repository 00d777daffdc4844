import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { readable } from './file/letters.ts'
import { deleteRows, listImports, listRows, updateImport, type ImportRecord } from './queries.ts'
import { createSeals } from './sealed.ts'

type IsAbout = (texts: readonly string[]) => boolean

const importsAtOnce = 50
const rowsAtOnce = 500

/** Rows of imports about somebody who is erased; for the feature that erases, in its transactions. */
export const createImportErasing = (vault: Vault) => {
  const seals = createSeals(vault)

  const dropRows = async (trx: Trx, { tenantId }: Actor, record: ImportRecord, isAbout: IsAbout): Promise<number> => {
    const file = await seals.openFile(record)
    const { encoding } = record.reading_sealed ? await seals.openReading(record) : file
    let dropped = 0
    for (let after = 0; ;) {
      const rows = await listRows(trx, record.id, { after, limit: rowsAtOnce })
      if (rows.length === 0) break
      after = rows.at(-1)!.number
      const found = (await seals.openRows(tenantId, rows, encoding)).filter(
        row => isAbout(row.cells) || isAbout(row.original),
      )
      const ids = found.map(row => row.id)
      await deleteRows(trx, record.id, ids)
      dropped += ids.length
    }
    // A file is often named after the person in it, and so is what stands above its headings.
    const isNamed = isAbout(file.name.split(/[^\p{L}\p{N}]+/u))
    const above = file.above.filter(row => !isAbout(row.cells.map(cell => readable(cell, encoding))))
    if (isNamed || above.length < file.above.length)
      await updateImport(trx, record.id, {
        file_sealed: await seals.sealFile(tenantId, record.id, {
          ...file,
          above,
          name: isNamed ? 'import.csv' : file.name,
        }),
      })
    return dropped
  }

  return {
    /** Opens every row that imports still keep and drops those of which `isAbout` says so. @returns how many */
    dropAbout: async (trx: Trx, actor: Actor, isAbout: IsAbout): Promise<number> => {
      let dropped = 0
      for (let before: ImportRecord | undefined; ;) {
        const imports: ImportRecord[] = await listImports(trx, importsAtOnce, before)
        for (const record of imports) dropped += await dropRows(trx, actor, record, isAbout)
        before = imports.at(-1)
        if (!before) return dropped
      }
    },
  }
}
