import pg from 'pg'

/** What is written after the moment of a backup: by the worker, of the backup itself; the chain of the log is compared by the restore. */
const goOn = new Set(['backups', 'audit_seals', 'audit_chain_state', 'audit_unsealed'].map(name => `public.${name}`))

type Digest = { rows: number; sum: string }

/**
 * Counts the rows of two databases and compares all of them, whole, table by table.
 * @param lastEvent the id of the last event of the log that both have
 * @returns how many rows are the same
 * @throws where a table is not
 */
export const compareRows = async (one: string, other: string, lastEvent: string): Promise<number> => {
  const [wanted, found] = await Promise.all([one, other].map(url => digestsOf(url, lastEvent)))
  const differing = [...wanted!.keys(), ...found!.keys()].filter(
    name => JSON.stringify(wanted!.get(name)) !== JSON.stringify(found!.get(name)),
  )
  if (differing.length > 0) throw new Error(`Not the same after the restore: ${[...new Set(differing)].join(', ')}`)
  return [...found!.values()].reduce((sum, { rows }) => sum + rows, 0)
}

/** The id of the newest event of the log. */
export const lastEventOf = (url: string): Promise<string> =>
  asking(url, async client => {
    const { rows } = await client.query<{ id: string }>('select coalesce(max(id), 0)::text as id from audit_events')
    return rows[0]!.id
  })

/** @param url of whom row security does not hold */
const digestsOf = (url: string, lastEvent: string) =>
  asking(url, async client => {
    await client.query(`set timezone = 'UTC'`) // rows are compared as text
    const { rows } = await client.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables where schemaname = 'public' order by 1`,
    )
    const digests = new Map<string, Digest>()
    for (const { name } of rows)
      if (!goOn.has(name))
        digests.set(name, await digestOf(client, name, name.endsWith('audit_events') ? lastEvent : null))
    return digests
  })

const digestOf = async (client: pg.Client, table: string, upTo: string | null): Promise<Digest> => {
  const { rows } = await client.query<{ rows: string; sum: string }>(
    `select count(*) as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as sum
       from ${table} t ${upTo ? `where id <= ${Number(upTo)}` : ''}`,
  )
  return { rows: Number(rows[0]!.rows), sum: rows[0]!.sum }
}

const asking = async <T>(url: string, ask: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await ask(client)
  } finally {
    await client.end()
  }
}
