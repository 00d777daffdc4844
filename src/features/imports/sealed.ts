import type { Vault } from '../../platform/vault/vault.ts'
import type { Delimiter } from './file/delimiter.ts'
import { readable, type Encoding } from './file/letters.ts'
import type { Heading, TableRow } from './file/table.ts'
import type { Reading } from './columns/guess.ts'
import type { ImportRecord, RowRecord } from './queries.ts'

/** Of the file: its name and header, which are personal too (`Anna Kowalska.csv`); cells as bytes, see `readable`. */
export type FileFacts = Heading & { name: string; delimiter: Delimiter; encoding: Encoding }
export type FileReading = Reading & { encoding: Encoding }
export type OpenRow = RowRecord & { cells: string[] }

/** Seals and opens what an import keeps in the database. */
export const createSeals = (vault: Pick<Vault, 'seal' | 'open' | 'openAll'>) => {
  const filePlace = (tenant: string, row: string) => ({ tenant, column: 'imports.file_sealed', row }) as const
  const readingPlace = (tenant: string, row: string) => ({ tenant, column: 'imports.reading_sealed', row }) as const
  const rowPlace = (tenant: string, row: string) => ({ tenant, column: 'import_rows.row_sealed', row }) as const

  /** Opens rows as they stand in the file, one sign a byte. */
  const openBytes = async (tenantId: string, rows: readonly RowRecord[]): Promise<TableRow[]> => {
    const cells = await vault.openAll<string[]>(
      rows.map(({ id, row_sealed: sealed }) => ({ row: id, sealed })),
      { tenant: tenantId, column: 'import_rows.row_sealed' },
    )
    return rows.map(({ number }, index) => ({ number, cells: cells[index]! }))
  }

  return {
    sealFile: (tenantId: string, importId: string, file: FileFacts) => vault.seal(file, filePlace(tenantId, importId)),
    /** Files from before there were titles above the header have it in their first row. */
    openFile: async (record: ImportRecord): Promise<FileFacts> => ({
      headerRow: 1,
      above: [],
      ...(await vault.open<Omit<FileFacts, 'headerRow' | 'above'>>(
        record.file_sealed,
        filePlace(record.tenant_id, record.id),
      )),
    }),
    sealReading: (tenantId: string, importId: string, reading: FileReading) =>
      vault.seal(reading, readingPlace(tenantId, importId)),
    openReading: (record: ImportRecord): Promise<FileReading> => {
      if (!record.reading_sealed) throw new Error('this import has not been read yet')
      return vault.open<FileReading>(record.reading_sealed, readingPlace(record.tenant_id, record.id))
    },
    sealRow: (tenantId: string, id: string, row: TableRow) => vault.seal(row.cells, rowPlace(tenantId, id)),
    openBytes,
    /** Opens rows, their cells turned into the text people read. */
    openRows: async (tenantId: string, rows: readonly RowRecord[], encoding: Encoding): Promise<OpenRow[]> => {
      const opened = await openBytes(tenantId, rows)
      return rows.map((row, index) => ({ ...row, cells: opened[index]!.cells.map(cell => readable(cell, encoding)) }))
    },
  }
}
export type Seals = ReturnType<typeof createSeals>

export const readableHeader = (file: FileFacts, encoding: Encoding) =>
  file.header.map(name => readable(name, encoding).replace(/\s+/g, ' ').trim())
