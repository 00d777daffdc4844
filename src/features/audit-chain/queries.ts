import type { Knex } from 'knex'
import { installationId } from '../../platform/actor.ts'
import { lockName } from '../../platform/db/named-lock.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Seal, SealKind } from './hashing.ts'

/** Whoever adds to a chain, or takes from its beginning, is alone at it until the transaction ends. */
export const lockChain = (trx: Trx, tenantId: string) => lockName(trx, `ostoja audit chain ${tenantId}`)

/** @returns whether nobody else is at it */
export const tryLockChain = async (trx: Trx, tenantId: string): Promise<boolean> => {
  const { rows } = await trx.raw<{ rows: { got: boolean }[] }>(
    `select pg_try_advisory_xact_lock(hashtextextended('ostoja audit chain ' || ?, 0)) as got`,
    [tenantId],
  )
  return rows[0]!.got
}

/**
 * How an event is written out to be sealed: its row as JSON, times in UTC, without the columns that are null. A column that is
 * added later is null in older events, so it changes nothing of them. Read anew in each transaction, and with the table held, since
 * a migration may add one at any moment.
 */
const writtenOut = async (trx: Trx): Promise<string> => {
  await trx.raw(`set local timezone = 'UTC'`)
  await trx.raw('lock table audit_events in access share mode')
  const { rows } = await trx.raw<{ rows: { name: string }[] }>(
    `select quote_ident(attname) as name from pg_attribute
      where attrelid = 'audit_events'::regclass and attnum > 0 and not attisdropped and not attnotnull`,
  )
  const nulls = rows.map(({ name }) => `case when e.${name} is null then '${name.replace(/^"|"$/g, '')}' end`)
  return `(to_jsonb(e) - array_remove(array[${nulls.join(', ')}]::text[], null))::text`
}

/** The next events that are committed and not sealed, by id; the text is empty where one is no longer there. */
export const selectUnsealed = async (trx: Trx, most: number): Promise<{ id: string; text: string }[]> => {
  const text = await writtenOut(trx)
  const { rows } = await trx.raw<{ rows: { id: string; text: string }[] }>(
    `select waiting.event_id as id, coalesce(${text}, '') as text
       from (select tenant_id, event_id from audit_unsealed order by event_id limit ?) waiting
       left join audit_events e on e.tenant_id = waiting.tenant_id and e.id = waiting.event_id order by 1`,
    [most],
  )
  return rows
}

export const strikeOut = (trx: Trx, eventIds: readonly string[]) =>
  trx('audit_unsealed')
    .whereRaw('event_id = any (?::bigint[])', [eventIds as string[]])
    .delete()

type Row = {
  number: string
  kind: SealKind
  first: string
  event_ids: string[]
  macs: Buffer
  detail: string
  key_id: number
  sealed_at: Date
  head: Buffer
}
const asSeal = (row: Row): Seal => ({
  number: Number(row.number),
  kind: row.kind,
  first: Number(row.first),
  eventIds: row.event_ids,
  macs: row.macs,
  detail: row.detail,
  keyId: row.key_id,
  sealedAt: row.sealed_at,
  head: row.head,
})

export const insertSeal = (trx: Trx, tenantId: string, seal: Seal) =>
  trx('audit_seals').insert({
    tenant_id: tenantId,
    number: seal.number,
    kind: seal.kind,
    first: seal.first,
    count: seal.eventIds.length,
    event_ids: seal.eventIds as string[],
    macs: seal.macs,
    detail: seal.detail,
    key_id: seal.keyId,
    sealed_at: seal.sealedAt,
    head: seal.head,
  })

export const lastSeal = async (trx: Trx): Promise<Seal | null> => {
  const row = (await trx('audit_seals').orderBy('number', 'desc').first()) as Row | undefined
  return row ? asSeal(row) : null
}

export const findSeal = async (trx: Trx, number: number): Promise<Seal | null> => {
  const row = (await trx('audit_seals').where({ number }).first()) as Row | undefined
  return row ? asSeal(row) : null
}

/** The newest word of a kind about the chain. */
export const lastOfKind = async (trx: Trx, kind: SealKind): Promise<Seal | null> => {
  const row = (await trx('audit_seals').where({ kind }).orderBy('number', 'desc').first()) as Row | undefined
  return row ? asSeal(row) : null
}

/** `exact`: its time is what is read of it; `texts`: the events as they are now, in the seal's order, a line each; `earliest`: the oldest time among them. */
export type SealedEvents = Seal & { texts: string[]; earliest: Date | null; exact: boolean }

/** The next seals of a chain, with their events. */
export const selectSeals = async (trx: Trx, after: number, upTo: number, most: number): Promise<SealedEvents[]> => {
  const text = await writtenOut(trx)
  const { rows } = await trx.raw<{ rows: (Row & { texts: string | null; earliest: Date | null; exact: boolean })[] }>(
    `select seals.*, events.texts, events.earliest, seals.sealed_at = date_trunc('milliseconds', seals.sealed_at) as exact
       from (select * from audit_seals where number > ? and number <= ? order by number limit ?) seals,
       lateral (select string_agg(coalesce(${text}, ''), e'\\n' order by sealed.place) as texts, min(e.at) as earliest
                  from unnest(seals.event_ids) with ordinality as sealed (id, place)
                  left join audit_events e on e.tenant_id = seals.tenant_id and e.id = sealed.id) events
      order by seals.number`,
    [after, upTo, most],
  )
  return rows.map(row => ({
    ...asSeal(row),
    texts: row.texts?.split('\n') ?? [],
    earliest: row.earliest,
    exact: row.exact,
  }))
}

/** Which of these events say that they are older than `before`. */
export const eventsBefore = async (trx: Trx, ids: readonly string[], before: Date): Promise<string[]> =>
  trx('audit_events')
    .whereRaw('id = any (?::bigint[])', [ids as string[]])
    .where('at', '<', before)
    .orderBy('id')
    .pluck('id')

export type Bounds = { first: number; last: number; seals: number; events: number }

/** From which seal to which the chain goes, and how many events they hold. Null where nothing was sealed. */
export const boundsOf = async (trx: Trx): Promise<Bounds | null> => {
  const { rows } = await trx.raw<{ rows: Record<keyof Bounds, string | null>[] }>(
    'select min(number) as first, max(number) as last, count(*) as seals, coalesce(sum(count), 0) as events from audit_seals',
  )
  const { first, last, seals, events } = rows[0]!
  if (first === null) return null
  return { first: Number(first), last: Number(last), seals: Number(seals), events: Number(events) }
}

/** How many events no seal holds and nobody is going to seal, and the first of them. In one moment. */
export const selectStrays = async (trx: Trx, most: number): Promise<string[]> => {
  await trx.raw(`set local work_mem = '64MB'`)
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select events.id from audit_events events
      where not exists (select from (select unnest(event_ids) as id from audit_seals) sealed where sealed.id = events.id)
        and not exists (select from audit_unsealed waiting where waiting.event_id = events.id)
      order by 1 limit ?`,
    [most],
  )
  return rows.map(({ id }) => id)
}

/** Events that wait to be sealed; of those, which say that they are older than `before`. */
export const countUnsealed = async (
  trx: Trx,
  before: Date | null,
  most: number,
): Promise<{ waiting: number; backdated: string[] }> => {
  const { rows } = await trx.raw<{ rows: { waiting: string }[] }>('select count(*) as waiting from audit_unsealed')
  const backdated = before
    ? await trx.raw<{ rows: { id: string }[] }>(
        `select e.id from audit_unsealed waiting join audit_events e on e.tenant_id = waiting.tenant_id and e.id = waiting.event_id
          where e.at < ? order by 1 limit ?`,
        [before, most],
      )
    : { rows: [] }
  return { waiting: Number(rows[0]!.waiting), backdated: backdated.rows.map(({ id }) => id) }
}

export type Head = { tenantId: string; seals: number; events: number; head: string; sealedAt: Date }
type HeadRow = { tenant_id: string; number: string; first: string; count: number; head: Buffer; sealed_at: Date }

/** The end of every chain. Read as `ostoja_signin`. */
export const selectHeads = async (trx: Knex.Transaction): Promise<Head[]> => {
  const { rows } = await trx.raw<{ rows: HeadRow[] }>(
    `select last.* from tenants, lateral (
       select tenant_id, number, first, count, head, sealed_at from audit_seals seals
        where seals.tenant_id = tenants.id order by number desc limit 1) last order by 1`,
  )
  return rows.map(row => ({
    tenantId: row.tenant_id,
    seals: Number(row.number),
    events: Number(row.first) - 1 + row.count,
    head: row.head.toString('hex'),
    sealedAt: row.sealed_at,
  }))
}

/** Every organisation's id, that of the operators' realm and of those destroyed among them. Read as `ostoja_signin`. */
export const selectTenants = (trx: Knex.Transaction): Promise<string[]> => trx('tenants').orderBy('id').pluck('id')

/** Whose events wait to be sealed. Read as `ostoja_signin`. */
export const selectWaiting = (trx: Knex.Transaction): Promise<string[]> =>
  trx('audit_unsealed').distinct('tenant_id').orderBy('tenant_id').pluck('tenant_id')

/** How many wait, over all chains, and for how long the first has. Read as `ostoja_signin`. */
export const selectLag = async (trx: Knex.Transaction): Promise<{ waiting: number; lagMs: number }> => {
  const { rows } = await trx.raw<{ rows: { waiting: string; lag: number }[] }>(
    `select count(tenant_id) as waiting,
            coalesce(extract(epoch from clock_timestamp() - min(at)) * 1000, 0)::float8 as lag from audit_unsealed`,
  )
  return { waiting: Number(rows[0]!.waiting), lagMs: Math.max(0, rows[0]!.lag) }
}

/** When the last seal of any chain was made; null where there is none. Read as `ostoja_signin`. */
export const selectSealedAt = async (trx: Knex.Transaction): Promise<Date | null> => {
  const { rows } = await trx.raw<{ rows: { at: Date | null }[] }>(
    `select max(last.sealed_at) as at from tenants, lateral (
       select sealed_at from audit_seals seals where seals.tenant_id = tenants.id order by number desc limit 1) last`,
  )
  return rows[0]!.at
}

/** When the last seal of one chain was made, and how many of its events wait for the next. */
export const selectSealed = async (trx: Trx): Promise<{ at: Date | null; waiting: number }> => {
  const { rows } = await trx.raw<{ rows: { at: Date | null; waiting: string }[] }>(
    `select (select sealed_at from audit_seals order by number desc limit 1) as at,
            (select count(*) from audit_unsealed) as waiting`,
  )
  const { at, waiting } = rows[0]!
  return { at, waiting: Number(waiting) }
}

/** Whether anything was ever sealed. Read as `ostoja_signin`. */
export const anySeal = async (trx: Knex.Transaction): Promise<boolean> =>
  (await trx('audit_seals').first('tenant_id')) !== undefined

export type ChainState = {
  passed_at: Date | null
  anchored_at: Date | null
  verified_at: Date | null
  verified_events: string
  findings: string[]
  told_at: Date | null
}

export const findState = (trx: Trx): Promise<ChainState | undefined> =>
  trx('audit_chain_state').where({ tenant_id: installationId }).first()

export const putState = (
  trx: Trx,
  change: Partial<Omit<ChainState, 'verified_events'>> & { verified_events?: number },
) => {
  const row = { ...change, ...(change.findings ? { findings: JSON.stringify(change.findings) } : {}) }
  return trx('audit_chain_state')
    .insert({ tenant_id: installationId, ...row })
    .onConflict('tenant_id')
    .merge(row)
}

/**
 * The last of the oldest seals that may go: all of their events are older than the organisation keeps its log. Null where there are none.
 * @param most seals looked at
 */
export const lastRemovable = async (trx: Trx, tenantId: string, most: number): Promise<number | null> => {
  const { rows } = await trx.raw<{ rows: { last: string | null; events: string }[] }>(
    `with oldest as (select tenant_id, number, kind, count, event_ids, sealed_at from audit_seals order by number limit ?),
          cutoff as (select now() - make_interval(years => audit_years) as at from tenants where id = ?),
          kept as (select min(number) as number from oldest
                    where (kind in ('removed', 'restored') and sealed_at >= (select at from cutoff))
                       or exists (select from unnest(event_ids) as sealed (id)
                                    join audit_events events on events.tenant_id = oldest.tenant_id and events.id = sealed.id
                                   where events.at >= (select at from cutoff)))
     select max(number) as last, coalesce(sum(count), 0) as events from oldest
      where number < coalesce((select number from kept), 9223372036854775807)`,
    [most, tenantId],
  )
  const { last, events } = rows[0]!
  return last === null || events === '0' ? null : Number(last)
}

/** Removes what a stub vouches for. @returns how many events went */
export const removeSealed = async (trx: Trx, stub: number): Promise<number> => {
  const { rows } = await trx.raw<{ rows: { removed: string }[] }>('select remove_sealed_events(?) as removed', [stub])
  return Number(rows[0]!.removed)
}

/** The first seal of what was sealed since; null where nothing was. */
export const firstSealSince = async (trx: Trx, since: Date): Promise<number | null> => {
  const before = (await trx('audit_seals').where('sealed_at', '<', since).orderBy('number', 'desc').first('number')) as
    { number: string } | undefined
  return before ? Number(before.number) + 1 : null
}

/** For how many years an organisation keeps its log. */
export const auditYears = async (trx: Trx, tenantId: string): Promise<number> =>
  ((await trx('tenants').where({ id: tenantId }).first('audit_years')) as { audit_years: number }).audit_years

/** Whether nobody has told of it since `before`; whoever is told so tells. */
export const claimTelling = async (trx: Trx, now: Date, before: Date): Promise<boolean> =>
  (await trx('audit_chain_state')
    .where({ tenant_id: installationId })
    .where(state => void state.whereNull('told_at').orWhere('told_at', '<', before))
    .update({ told_at: now })) > 0

/** Nobody could be told after all. */
export const releaseTelling = (trx: Trx) =>
  trx('audit_chain_state').where({ tenant_id: installationId }).update({ told_at: null })
