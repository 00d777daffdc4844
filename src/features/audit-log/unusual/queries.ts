import type { Trx } from '../../../platform/db/tenant.ts'
import { actionGroups, openings, readings } from '../action-groups.ts'
import type { Watching } from '../watching/schema.ts'

export const unusualKinds = [
  'many-read',
  'odd-hours',
  'own-family-name',
  'colleague',
  'refused',
  'exported',
  'printed',
] as const
export type UnusualKind = (typeof unusualKinds)[number]

/** What happened, by ids; the same `mark` is the same thing. */
export type Happening = {
  mark: string
  account_id: number
  /** The client it is about, where it is about one. */
  subject_id?: string | null
  first_at: Date
  last_at: Date
  count: number
}
export type ThingRow = Required<Happening> & {
  id: string
  kind: UnusualKind
  looked_at: Date | null
}
type Time = { from: Date; until: Date; zone: string }

const happenings = async (trx: Trx, sql: string, values: object): Promise<Happening[]> =>
  (await trx.raw<{ rows: Happening[] }>(sql, values as Record<string, never>)).rows

const facts = 'min(at) as first_at, max(at) as last_at'
const inTime = 'at >= :from and at < :until'

/** Hours in which somebody opened more records than the organisation finds usual. */
export const selectManyRead = (trx: Trx, time: Time, { readInHour }: Watching) =>
  happenings(
    trx,
    `select account_id || '/' || to_char(date_trunc('hour', at at time zone 'UTC'), 'YYYY-MM-DD"T"HH24') as mark, account_id, ${facts},
            count(distinct subject_id)::int as count
       from audit_events where ${inTime} and action = any (:actions::text[]) and account_id is not null
      group by account_id, date_trunc('hour', at at time zone 'UTC') having count(distinct subject_id) > :most`,
    { ...time, actions: openings, most: readInHour },
  )

/** Nights and days of weekends on which somebody read something of clients; a night belongs to the day that it began on. */
export const selectOddHours = (trx: Trx, time: Time, { nightFrom, nightTo, weekends }: Watching) =>
  happenings(
    trx,
    `with read as (
       select account_id, at, at at time zone :zone as local, extract(hour from at at time zone :zone)::int as hour
         from audit_events where ${inTime} and action = any (:actions::text[]) and account_id is not null
     ), odd as (
       select *, case when :nightFrom::int > :nightTo::int then hour >= :nightFrom or hour < :nightTo
                      else hour >= :nightFrom and hour < :nightTo end as night
         from read
     )
     select account_id || '/' || to_char(day, 'YYYY-MM-DD') as mark, account_id, ${facts}, count(*)::int as count
       from (select *, case when night and hour < :nightTo then local - interval '1 day' else local end as day from odd) dated
      where night or (:weekends and extract(isodow from local) > 5)
      group by account_id, to_char(day, 'YYYY-MM-DD')`,
    { ...time, actions: readings, nightFrom, nightTo, weekends },
  )

/** Days on which sign-ins to an account were refused often, slowed down or blocked. */
export const selectRefused = (trx: Trx, time: Time, { refusedInDay }: Watching) =>
  happenings(
    trx,
    `select accounts.id || '/' || to_char(at at time zone :zone, 'YYYY-MM-DD') as mark, accounts.id as account_id, ${facts}, count(*)::int as count
       from audit_events join accounts on accounts.id::text = audit_events.subject_id
      where ${inTime} and action = any (:actions::text[])
      group by 1, 2
     having count(*) >= :least or bool_or(action in ('sign-in.slowed', 'session.blocked'))`,
    { ...time, actions: actionGroups.refused, least: refusedInDay },
  )

/** Each export that somebody asked for or fetched, of clients or of the log. */
export const selectExported = (trx: Trx, time: Time) =>
  happenings(
    trx,
    `select subject_id || '/' || account_id as mark, account_id, ${facts}, count(*)::int as count
       from audit_events where ${inTime} and action in ('export.requested', 'export.downloaded', 'log.exported') and account_id is not null
      group by subject_id, account_id`,
    time,
  )

/** Days on which somebody printed something of clients. */
export const selectPrinted = (trx: Trx, time: Time) =>
  happenings(
    trx,
    `select account_id || '/' || to_char(at at time zone :zone, 'YYYY-MM-DD') as mark, account_id, ${facts}, count(*)::int as count
       from audit_events where ${inTime} and action = any (:actions::text[]) and account_id is not null
      group by 1, 2`,
    { ...time, actions: actionGroups.printing },
  )

export type Reading = {
  account_id: number
  subject_id: string
  month: string
  first_at: Date
  last_at: Date
  count: number
}

/** Who opened whose record. */
export const selectReadings = async (trx: Trx, time: Time): Promise<Reading[]> => {
  const { rows } = await trx.raw<{ rows: Reading[] }>(
    `select account_id, subject_id, to_char(at at time zone :zone, 'YYYY-MM') as month, ${facts}, count(*)::int as count
       from audit_events where ${inTime} and action = any (:actions::text[]) and account_id is not null
        and subject_id in (select id::text from clients)
      group by 1, 2, 3`,
    { ...time, actions: openings } as unknown as Record<string, never>,
  )
  return rows
}

const insertedAtOnce = 500

/** Keeps what was found; what was found before counts up. @returns how many are new */
export const keepHappenings = async (
  trx: Trx,
  tenantId: string,
  kind: UnusualKind,
  found: readonly Happening[],
): Promise<number> => {
  let fresh = 0
  for (let from = 0; from < found.length; from += insertedAtOnce) {
    const rows = (await trx('unusual_things')
      .insert(found.slice(from, from + insertedAtOnce).map(each => ({ tenant_id: tenantId, kind, ...each })))
      .onConflict(['tenant_id', 'kind', 'mark'])
      .merge({
        count: trx.raw('greatest(unusual_things.count, excluded.count)'),
        first_at: trx.raw('least(unusual_things.first_at, excluded.first_at)'),
        last_at: trx.raw('greatest(unusual_things.last_at, excluded.last_at)'),
      })
      .returning(trx.raw('xmax = 0 as fresh'))) as { fresh: boolean }[]
    fresh += rows.filter(row => row.fresh).length
  }
  return fresh
}

const open = '(looked_at is null or looked_at < last_at)'

export type ThingKey = { at: Date; id: string }
/** The newest first, those that nobody has looked at since, or all. */
export const selectThings = (
  trx: Trx,
  { all, after, most }: { all: boolean; after?: ThingKey | undefined; most: number },
): Promise<ThingRow[]> =>
  trx<ThingRow>('unusual_things')
    .modify(query => {
      if (!all) void query.whereRaw(open)
      if (after) void query.whereRaw('(last_at, id) < (?, ?)', [after.at, after.id])
    })
    .orderBy([
      { column: 'last_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(most)

/** How many are open; no more than `most` are counted. */
export const countOpen = async (trx: Trx, most: number): Promise<number> => {
  const { rows } = await trx.raw<{ rows: { count: number }[] }>(
    `select count(*)::int as count from (select from unusual_things where ${open} limit ?) few`,
    [most],
  )
  return rows[0]!.count
}

export const lockThing = (trx: Trx, id: string): Promise<ThingRow | undefined> =>
  trx<ThingRow>('unusual_things').where({ id }).forUpdate().first()

export const findThing = (trx: Trx, id: string): Promise<ThingRow | undefined> =>
  trx<ThingRow>('unusual_things').where({ id }).first()

export const markLookedAt = (trx: Trx, id: string, at: Date) =>
  trx<ThingRow>('unusual_things').where({ id }).update({ looked_at: at })

export type LookRow = {
  tenant_id: string
  id: string
  thing_id: string
  looked_at: Date
  looked_by: number
  note_sealed: Buffer
}
export const insertLook = (trx: Trx, row: LookRow) => trx<LookRow>('unusual_looks').insert(row)

export const selectLooks = (trx: Trx, thingId: string): Promise<LookRow[]> =>
  trx<LookRow>('unusual_looks').where({ thing_id: thingId }).orderBy('looked_at', 'desc')

export const deleteThingsBefore = (trx: Trx, before: Date) =>
  trx<ThingRow>('unusual_things').where('last_at', '<', before).delete()
