import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { createSealing } from '../src/features/clients/index.ts'
import type { Platform } from '../src/composition.ts'
import { contactProfileOf, personAt, profileOf } from './people.ts'

type Range = { tenantId: string; accountId: number; seed: number; from: number; to: number }
type Database = { adminUrl: string; pgBin: string }

/** A line of COPY for one row of `clients`, sealed as the product seals it; `index` gives the moment it was made. */
export const createRowWriter = (platform: Platform, { tenantId, accountId, seed }: Omit<Range, 'from' | 'to'>) => {
  const { vault } = platform
  const sealing = createSealing(vault)
  const born = Date.UTC(2026, 0, 1)

  const client = async (index: number): Promise<string> => {
    const person = personAt(seed, index)
    const row = await sealing.seal(tenantId, person.id, profileOf(person, fileNumberAt(seed, index)))
    const columns: Record<string, string> = Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, asText(value)]),
    )
    const at = new Date(born + index * 1000).toISOString()
    Object.assign(columns, { tenant_id: tenantId, id: person.id, created_at: at, updated_at: at })
    Object.assign(columns, { created_by: String(accountId), updated_by: String(accountId) })
    return clientColumns.map(name => columns[name]).join('\t')
  }

  const contacts = async (index: number): Promise<string[]> => {
    const person = personAt(seed, index)
    const at = new Date(born + index * 1000).toISOString()
    return Promise.all(
      person.contacts.map(async (contact, order) => {
        const place = { tenant: tenantId, column: 'emergency_contacts.profile_sealed', row: contact.id } as const
        const profile = contactProfileOf(contact)
        const sealed = asText(await vault.seal(profile, place))
        const facts = [profile.lastConfirmedOn, false]
        return [tenantId, contact.id, person.id, order + 1, sealed, ...facts, at, accountId, at, accountId].join('\t')
      }),
    )
  }
  return { client, contacts }
}

export const fileNumberAt = (seed: number, index: number) => `${seed}-${String(index).padStart(7, '0')}`

export const clientColumns = [
  'tenant_id',
  'id',
  'profile_sealed',
  'search_tokens',
  'letter_token',
  'person_token',
  'file_number_token',
  'index_key',
  'index_version',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
]
const contactColumns =
  'tenant_id, id, client_id, rank, profile_sealed, last_confirmed_on, wrong_number, created_at, created_by, updated_at, updated_by'

/**
 * Fills a tenant with people, by COPY and past the product: the benchmark is of what comes after. Indexes are laid anew when all
 * are in, which for many takes a part of the time.
 */
export const seedClients = async (platform: Platform, database: Database, range: Range) => {
  const rows = createRowWriter(platform, range)
  const fill = async (target: string, linesOf: (index: number) => Promise<string | string[]>) => {
    const copy = copyInto(database, target)
    for (let at = range.from; at < range.to; at += 200) {
      const indexes = Array.from({ length: Math.min(200, range.to - at) }, (_, offset) => at + offset)
      await copy.write((await Promise.all(indexes.map(linesOf))).flat())
    }
    await copy.end()
  }
  await withoutIndexes(database, 'clients', range.to - range.from, () =>
    fill(`clients (${clientColumns.join(', ')})`, rows.client),
  )
  await fill(`emergency_contacts (${contactColumns})`, rows.contacts)
}

const worthLayingAnew = 50_000

const withoutIndexes = async ({ adminUrl }: Database, table: string, count: number, work: () => Promise<void>) => {
  if (count < worthLayingAnew) return work()
  const admin = new pg.Client(adminUrl)
  await admin.connect()
  const { rows } = await admin.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
      where indrelid = $1::regclass and not indisunique`,
    [table],
  )
  for (const { name } of rows) await admin.query(`drop index ${name}`)
  await work()
  await admin.query(`set maintenance_work_mem = '1GB'`)
  for (const { definition } of rows) await admin.query(definition)
  await admin.end()
}

/** Statistics and visibility as they are a while after; without it the first minutes would measure autovacuum. */
export const settleTables = async ({ adminUrl }: Database, checkpoint = true) => {
  const admin = new pg.Client(adminUrl)
  await admin.connect()
  await admin.query('vacuum analyze clients')
  await admin.query('vacuum analyze emergency_contacts')
  if (checkpoint) await admin.query('checkpoint')
  await admin.end()
}

/** COPY through psql, which every machine with PostgreSQL has. */
export const copyInto = ({ adminUrl, pgBin }: Database, target: string) => {
  const psql: ChildProcessWithoutNullStreams = spawn(join(pgBin, 'psql'), [
    adminUrl,
    '-qX',
    '-v',
    'ON_ERROR_STOP=1',
    '-c',
    `copy ${target} from stdin`,
  ])
  let complaint = ''
  psql.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  psql.stdin.on('error', () => undefined) // psql says why on its way out
  const ended = once(psql, 'exit')
  return {
    write: async (lines: readonly string[]) => {
      if (!psql.stdin.write(`${lines.join('\n')}\n`)) await Promise.race([once(psql.stdin, 'drain'), ended])
    },
    end: async () => {
      psql.stdin.end()
      const [code] = (await ended) as [number]
      if (code !== 0) throw new Error(`COPY failed: ${complaint}`)
    },
  }
}

const asText = (value: Buffer | string | number | boolean | readonly string[]): string => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Buffer.isBuffer(value) ? `\\\\x${value.toString('hex')}` : `{${value.join(',')}}`
}
