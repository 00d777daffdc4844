import type { Vault } from '../../platform/vault/vault.ts'
import type { Delimiter } from './file/delimiter.ts'
import { readable, type Encoding } from './file/letters.ts'
import type { Heading, TableRow } from './file/table.ts'
import type { Reading } from './columns/guess.ts'
import type { ImportRecord, RowRecord } from './queries.ts'

/** Of the file: its name and header, which are personal too (`Anna Kowalska.csv`); cells as bytes, see `readable`. */
export type FileFacts = Heading & { name: string; delimiter: Delimiter; encoding: Encoding }
export type FileReading = Reading & { encoding: Encoding }
/** What a person has put in the place of a row's cells, as text, by the place of the column. */
export type Fixes = Record<number, string>
type SealedRow = TableRow & { fixes?: Fixes }
/** `cells` as people read them, with what was fixed; `original`: as the file holds them. */
export type OpenRow = RowRecord & { cells: string[]; original: string[] }

/** Seals and opens what an import keeps in the database. */
export const createSeals = (vault: Pick<Vault, 'seal' | 'open' | 'openAll'>) => {
  const filePlace = (tenant: string, row: string) => ({ tenant, column: 'imports.file_sealed', row }) as const
  const readingPlace = (tenant: string, row: string) => ({ tenant, column: 'imports.reading_sealed', row }) as const
  const rowPlace = (tenant: string, row: string) => ({ tenant, column: 'import_rows.row_sealed', row }) as const

  /** Opens rows as they stand in the file, one sign a byte. */
  const openBytes = async (tenantId: string, rows: readonly RowRecord[]): Promise<SealedRow[]> => {
    const opened = await vault.openAll<string[] | Required<Pick<SealedRow, 'cells' | 'fixes'>>>(
      rows.map(({ id, row_sealed: sealed }) => ({ row: id, sealed })),
      { tenant: tenantId, column: 'import_rows.row_sealed' },
    )
    return rows.map(({ number }, index) => {
      const row = opened[index]!
      return Array.isArray(row) ? { number, cells: row } : { number, ...row }
    })
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
    /** A row in which nothing was fixed is sealed as its cells alone, as rows were before any could be fixed. */
    sealRow: (tenantId: string, id: string, { cells, fixes = {} }: SealedRow) =>
      vault.seal(Object.keys(fixes).length > 0 ? { cells, fixes } : cells, rowPlace(tenantId, id)),
    openBytes,
    /** Opens rows, their cells turned into the text people read. */
    openRows: async (tenantId: string, rows: readonly RowRecord[], encoding: Encoding): Promise<OpenRow[]> => {
      const opened = await openBytes(tenantId, rows)
      return rows.map((row, index) => {
        const { cells, fixes } = opened[index]!
        const original = cells.map(cell => readable(cell, encoding))
        return { ...row, original, cells: fixes ? withFixes(original, fixes) : original }
      })
    },
  }
}
/** Cells with what was fixed in them; a row that ends early grows as long as its last fix needs. */
export const withFixes = (cells: readonly string[], fixes: Fixes): string[] => {
  const length = Math.max(cells.length, ...Object.keys(fixes).map(column => Number(column) + 1))
  return Array.from({ length }, (_, column) => fixes[column] ?? cells[column] ?? '')
}

export type Seals = ReturnType<typeof createSeals>

export const readableHeader = (file: FileFacts, encoding: Encoding) =>
  file.header.map(name => readable(name, encoding).replace(/\s+/g, ' ').trim())
