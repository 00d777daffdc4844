import { z } from 'zod'

const count = z.number().int().min(0)

/** What a backup holds and needs, in the clear beside it: numbers, ids and versions, nothing of anybody. */
export const manifest = z.object({
  format: z.literal('ostoja-backup'),
  version: z.literal(1),
  id: z.string().regex(/^\d{8}t\d{6}z-[0-9a-f]{8}$/),
  madeAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  file: z.object({ name: z.string(), size: count, sha256: z.string(), plainSize: count }),
  ostoja: z.string(),
  server: z.object({ version: z.string(), major: count }),
  tool: z.object({ version: z.string(), major: count }),
  migrations: z.array(z.string()),
  /** Rows of every table, counted in the snapshot that was dumped. */
  tables: z.record(z.string(), count),
  /** Constraints, indexes, policies, triggers and functions of the whole database. */
  objects: z.record(z.string(), count),
  /** The last audit event of each organisation: its id, and the sha256 of its row. */
  auditHeads: z.array(z.object({ tenantId: z.string(), id: z.string(), sha256: z.string() })),
  /** Where the chain of each organisation's log ends: its last seal and that one's hash. Older manifests have none. */
  auditChains: z
    .array(z.object({ tenantId: z.string(), seals: count, events: count, head: z.string().regex(/^[0-9a-f]{64}$/) }))
    .default([]),
  /** Public keys; the private half of any of them opens the file. */
  recipients: z.array(z.string()),
  /** What must be there besides this file before anybody can read what it holds. */
  recoveryKit: z.object({
    rootKeys: z.array(z.string()),
    peppers: z.array(z.string()),
    backupIdentity: z.literal(true),
  }),
})
export type Manifest = z.infer<typeof manifest>

const stem = 'ostoja-backup-'
export const dataName = (id: string) => `${stem}${id}.age`
export const manifestName = (id: string) => `${stem}${id}.manifest`
/** The id in the name of a data file or a manifest, or null. */
export const idOfName = (name: string): string | null =>
  /^ostoja-backup-(\d{8}t\d{6}z-[0-9a-f]{8})\.(?:age|manifest)$/.exec(name)?.[1] ?? null

/** Ids sort as their backups were made. */
export const idFor = (at: Date, random: Buffer): string =>
  `${at
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
    .toLowerCase()}-${random.toString('hex', 0, 4)}`
