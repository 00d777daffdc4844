import type { Role } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { EventRow } from './event.ts'
import type { Key } from './schema.ts'

/** What of the log is wanted, by ids; what is not said is not asked for. */
export type Filter = {
  accounts?: readonly number[] | undefined
  actions?: readonly string[] | undefined
  signIns?: readonly string[] | undefined
  since?: Date | undefined
  until?: Date | undefined
}
/** One client, and the exports that held it, whose downloads belong to the answer. */
export type Subject = { clientId: string; exportIds: readonly string[] }

const columns = `e.id, e.at, (extract(epoch from e.at) * 1000000)::bigint as micros, e.action, e.account_id, e.subject_id, e.sign_in_id, e.detail`

/** Events the newest first, beginning after `after`; under the index of whatever is asked for (migrations/2026-11-24-20). */
export const selectEvents = async (
  trx: Trx,
  filter: Filter,
  after: Key | undefined,
  most: number,
): Promise<EventRow[]> => {
  const { text, values } = conditions(filter)
  const behind = after
    ? [`(e.at, e.id) < (timestamptz 'epoch' + :micros::bigint * interval '1 microsecond', :id::bigint)`]
    : []
  const where = [...text, ...behind].map(each => `and ${each}`).join(' ')
  const { rows } = await trx.raw<{ rows: EventRow[] }>(
    `select ${columns} from audit_events e where true ${where} order by e.at desc, e.id desc limit :most`,
    { ...values, ...(after ?? {}), most },
  )
  return rows
}

/** The same of one client; the function finds, and the rows are read under row-level security. */
export const selectEventsAbout = async (
  trx: Trx,
  { clientId, exportIds }: Subject,
  { accounts, actions, signIns, since, until }: Filter,
  after: Key | undefined,
  most: number,
): Promise<EventRow[]> => {
  const { rows } = await trx.raw<{ rows: EventRow[] }>(
    `select ${columns} from audit_events e where e.id in (
       select id from events_about(:clientId, :exportIds::text[], :accounts::int[], :actions::text[], :signIns::uuid[],
         :since::timestamptz, :until::timestamptz, timestamptz 'epoch' + :micros::bigint * interval '1 microsecond', :id::bigint, :most::int))
     order by e.at desc, e.id desc`,
    {
      clientId,
      exportIds: exportIds as string[],
      accounts: (accounts as number[] | undefined) ?? null,
      actions: (actions as string[] | undefined) ?? null,
      signIns: (signIns as string[] | undefined) ?? null,
      since: since ?? null,
      until: until ?? null,
      micros: after?.micros ?? null,
      id: after?.id ?? null,
      most,
    },
  )
  return rows
}

const conditions = ({ accounts, actions, signIns, since, until }: Filter) => {
  const all: [text: string, name: string, value: unknown][] = []
  if (accounts) all.push(['e.account_id = any (:accounts::int[])', 'accounts', accounts])
  if (actions) all.push(['e.action = any (:actions::text[])', 'actions', actions])
  if (signIns) all.push(['e.sign_in_id = any (:signIns::uuid[])', 'signIns', signIns])
  if (since) all.push(['e.at >= :since', 'since', since])
  if (until) all.push(['e.at < :until', 'until', until])
  return {
    text: all.map(([text]) => text),
    values: Object.fromEntries(all.map(([, name, value]) => [name, value])) as Record<string, never>,
  }
}

export type SignInRow = { id: string; seen_sealed: Buffer }

export const selectSignIns = (trx: Trx, ids: readonly string[]): Promise<SignInRow[]> =>
  trx<SignInRow>('sign_ins')
    .whereIn('id', ids as string[])
    .select('id', 'seen_sealed')

/** Sign-ins of a time, the newest first, beginning after `after`. */
export const selectSignInsOf = (
  trx: Trx,
  { since, until, accounts }: Filter,
  after: { at: Date; id: string } | undefined,
  most: number,
): Promise<(SignInRow & { at: Date })[]> =>
  trx<SignInRow & { at: Date; account_id: number }>('sign_ins')
    .modify(query => {
      if (since) void query.where('at', '>=', since)
      if (until) void query.where('at', '<', until)
      if (accounts) void query.whereIn('account_id', accounts as number[])
      if (after) void query.whereRaw('(at, id) < (?, ?)', [after.at, after.id])
    })
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(most)
    .select('id', 'at', 'seen_sealed')

export type ExportFacts = { id: string; created_at: Date; group_ids: string[] }
/** Exports of clients that were made after `since`. */
export const selectExports = (trx: Trx, since: Date): Promise<ExportFacts[]> =>
  trx<ExportFacts>('exports')
    .whereIn('status', ['ready', 'expired'])
    .where('created_at', '>=', since)
    .select('id', 'created_at', 'group_ids')

/** What has moved a client in and out of exports, the oldest first. */
export const selectMoves = (trx: Trx, clientId: string): Promise<Pick<EventRow, 'at' | 'action' | 'detail'>[]> =>
  trx<EventRow>('audit_events')
    .where({ subject_id: clientId })
    .whereIn('action', ['client.created', 'client.archived', 'client.restored', 'client.regrouped'])
    .orderBy([{ column: 'at' }, { column: 'id' }])
    .select('at', 'action', 'detail')

export const selectAccountIds = (trx: Trx): Promise<number[]> => trx('accounts').orderBy('id').pluck('id')

export const selectRoles = async (trx: Trx, ids: readonly number[]): Promise<ReadonlyMap<number, Role[]>> => {
  const rows = (await trx('accounts')
    .whereIn('id', ids as number[])
    .select('id', 'roles')) as { id: number; roles: Role[] }[]
  return new Map(rows.map(({ id, roles }) => [id, roles]))
}
