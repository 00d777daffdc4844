import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { OperatorFault } from '../../platform/errors.ts'
import { uuidField } from '../../platform/web/ids.ts'

/** The first line of a tenant's file; after it come the keys, then rows, then the end. */
export const head = z.object({
  format: z.literal('ostoja-tenant'),
  version: z.literal(1),
  tenantId: uuidField(),
  name: z.string(),
  madeAt: z.iso.datetime(),
  migrations: z.array(z.string()),
  /** Where the chain of its log ended, there. */
  chain: z.string().nullable().default(null),
  tables: z.record(z.string(), z.number().int()),
})
export type Head = z.infer<typeof head>

export const keys = z.array(
  z.object({
    id: z.number().int(),
    purpose: z.enum(['data', 'index']),
    current: z.boolean(),
    key: z.string(),
    createdAt: z.iso.datetime(),
    retiredAt: z.iso.datetime().nullable(),
  }),
)
export type Keys = z.infer<typeof keys>

const mostLetters = 1_000_000

/** The lines of a file: head, keys, then of each table its rows, some at a time, a tab after its name. */
export async function* linesOf(
  what: Head,
  ofKeys: Keys,
  tables: readonly string[],
  rowsOf: (table: string) => AsyncIterable<string[]>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify(what)}\n${JSON.stringify(ofKeys)}\n`)
  for (const table of tables)
    for await (const rows of rowsOf(table))
      for (const some of inPieces(rows)) yield Buffer.from(`${table}\t[${some.join(',')}]\n`)
  yield Buffer.from('end\n')
}

function* inPieces(rows: readonly string[]): Generator<string[]> {
  let piece: string[] = []
  let letters = 0
  for (const row of rows) {
    piece.push(row)
    letters += row.length
    if (letters < mostLetters) continue
    yield piece
    piece = []
    letters = 0
  }
  if (piece.length > 0) yield piece
}

const notOne = () =>
  new OperatorFault('This opens, but holds no organisation of Ostoja; give a file that "tenant export" made.')

/** Reads such a file: its head and keys at once, its rows one piece after the other. @throws OperatorFault */
export const readTenantFile = async (plain: Readable) => {
  const lines = createInterface({ input: plain, crlfDelay: Infinity })[Symbol.asyncIterator]()
  // What the stream itself has to say comes before what its lines lack.
  const broken = new Promise<never>((_, reject) => plain.once('error', reject))
  broken.catch(() => undefined)
  const next = async (): Promise<string | null> => {
    const line = await Promise.race([lines.next(), broken])
    return line.done ? null : line.value
  }
  const parsed = <T>(schema: z.ZodType<T>, line: string | null): T => {
    try {
      return schema.parse(JSON.parse(line ?? ''))
    } catch {
      throw notOne()
    }
  }
  const what = parsed(head, await next())
  const ofKeys = parsed(keys, await next())
  async function* rows(): AsyncGenerator<{ table: string; rows: string }> {
    for (;;) {
      const line = await next()
      if (line === 'end') return
      const tab = line?.indexOf('\t') ?? -1
      if (!line || tab < 1) throw new OperatorFault('The file was cut: its end is missing; take another copy.')
      yield { table: line.slice(0, tab), rows: line.slice(tab + 1) }
    }
  }
  return { head: what, keys: ofKeys, rows: rows() }
}
