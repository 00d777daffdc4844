import type { Role } from '../../../platform/actor.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import type { Stretch } from '../../../platform/web/page-key.ts'

export type LineRow = {
  id: string
  client_id: string | null
  subject_sealed: Buffer
  messages: number
  last_at: Date
  message_id: string
  text_sealed: Buffer
  sent_by: number
  unread: number | null
  urgent: number | null
  archived_at: Date | null
}
/** A thread in a list, at its place there. */
export type ListedRow = LineRow & { placed_at: Date }
export type WaitingRow = {
  thread_id: string
  client_id: string | null
  subject_sealed: Buffer
  unread: number
  urgent: number
}

const line = `
  thread.id, thread.client_id, thread.subject_sealed, thread.messages, thread.last_at,
  last.id as message_id, last.text_sealed, last.sent_by, own.unread, own.urgent, own.archived_at`
const withLast = `
  join messages last on last.tenant_id = thread.tenant_id and last.thread_id = thread.id and last.number = thread.messages`
const takesPart = `
  (own.named or exists (select from message_thread_roles addressed
     where addressed.tenant_id = own.tenant_id and addressed.thread_id = own.thread_id and addressed.role = any (:roles::text[])))`

/** What comes beyond a key, and in which order. */
const beyond = ({ key, direction }: Stretch, at: string, id: string) => {
  const [sign, order] = direction === 'older' ? ['<', 'desc'] : ['>', 'asc']
  return {
    condition: key ? `and (${at}, ${id}) ${sign} (:at::timestamptz, :id::uuid)` : '',
    order: `order by ${at} ${order}, ${id} ${order}`,
    values: key ? { at: key.at, id: key.id } : {},
  }
}

/** The threads that somebody takes part in, what was written last first. */
export const selectInbox = async (
  trx: Trx,
  reader: { accountId: number; roles: readonly Role[] },
  archived: boolean,
  stretch: Stretch,
  most: number,
): Promise<ListedRow[]> => {
  const { condition, order, values } = beyond(stretch, 'own.last_at', 'own.thread_id')
  const { rows } = await trx.raw<{ rows: ListedRow[] }>(
    `select ${line}, own.last_at as placed_at
       from message_participants own
       join message_threads thread on thread.tenant_id = own.tenant_id and thread.id = own.thread_id ${withLast}
      where own.account_id = :accountId and own.archived_at is ${archived ? 'not null' : 'null'} and ${takesPart} ${condition}
      ${order} limit :most`,
    { ...reader, ...values, most } as never,
  )
  return rows
}

/** The threads about a client, with what waits in them for somebody who may take no part. */
export const selectOfClient = async (
  trx: Trx,
  clientId: string,
  accountId: number,
  stretch: Stretch,
  most: number,
): Promise<ListedRow[]> => {
  const { condition, order, values } = beyond(stretch, 'thread.last_at', 'thread.id')
  const { rows } = await trx.raw<{ rows: ListedRow[] }>(
    `select ${line}, thread.last_at as placed_at
       from message_threads thread ${withLast}
       left join message_participants own
         on own.tenant_id = thread.tenant_id and own.thread_id = thread.id and own.account_id = :accountId
      where thread.client_id = :clientId ${condition}
      ${order} limit :most`,
    { clientId, accountId, ...values, most } as never,
  )
  return rows
}

export const countOfClient = async (trx: Trx, clientId: string): Promise<number> => {
  const row = await trx('message_threads')
    .where({ client_id: clientId })
    .count({ count: '*' })
    .first<{ count: string }>()
  return Number(row.count)
}

export const selectLines = async (trx: Trx, accountId: number, threadIds: readonly string[]): Promise<LineRow[]> => {
  const { rows } = await trx.raw<{ rows: LineRow[] }>(
    `select ${line}
       from message_threads thread ${withLast}
       left join message_participants own
         on own.tenant_id = thread.tenant_id and own.thread_id = thread.id and own.account_id = :accountId
      where thread.id = any (:threadIds::uuid[])`,
    { accountId, threadIds } as never,
  )
  return rows
}

/** Who is named in these threads and to which roles they are addressed. */
export const selectCompany = async (
  trx: Trx,
  threadIds: readonly string[],
): Promise<{ named: Map<string, number[]>; roles: Map<string, Role[]> }> => {
  const [named, roles] = await Promise.all([
    trx('message_participants')
      .whereIn('thread_id', threadIds)
      .where({ named: true })
      .orderBy(['joined_at', 'account_id'])
      .select('thread_id', 'account_id') as Promise<{ thread_id: string; account_id: number }[]>,
    trx('message_thread_roles').whereIn('thread_id', threadIds).orderBy('role').select('thread_id', 'role') as Promise<
      { thread_id: string; role: Role }[]
    >,
  ])
  return {
    named: grouped(named.map(row => [row.thread_id, row.account_id])),
    roles: grouped(roles.map(row => [row.thread_id, row.role])),
  }
}

/** What waits for an account, urgent things first: one look at an index that holds nothing else. */
export const selectWaiting = async (
  trx: Trx,
  reader: { accountId: number; roles: readonly Role[] },
  most: number,
): Promise<WaitingRow[]> => {
  const { rows } = await trx.raw<{ rows: WaitingRow[] }>(
    `select own.thread_id, thread.client_id, thread.subject_sealed, own.unread, own.urgent
       from message_participants own
       join message_threads thread on thread.tenant_id = own.tenant_id and thread.id = own.thread_id
      where own.account_id = :accountId and (own.unread > 0 or own.urgent > 0) and ${takesPart}
      order by own.urgent > 0 desc, own.last_at desc limit :most`,
    { ...reader, most } as never,
  )
  return rows
}

/** Of these threads, who wrote the newest urgent message that an account has not acknowledged. */
export const selectUrgentSenders = async (
  trx: Trx,
  accountId: number,
  threadIds: readonly string[],
): Promise<Map<string, { by: number; at: Date }>> => {
  const { rows } = await trx.raw<{ rows: { thread_id: string; sent_by: number; sent_at: Date }[] }>(
    `select distinct on (message.thread_id) message.thread_id, message.sent_by, message.sent_at
       from messages message left join message_receipts receipt
         on receipt.tenant_id = message.tenant_id and receipt.message_id = message.id and receipt.account_id = :accountId
      where message.thread_id = any (:threadIds::uuid[]) and message.urgent and message.sent_by <> :accountId
        and receipt.acknowledged_at is null
      order by message.thread_id, message.number desc`,
    { accountId, threadIds } as never,
  )
  return new Map(rows.map(row => [row.thread_id, { by: row.sent_by, at: row.sent_at }]))
}

const grouped = <Key, Value>(pairs: readonly (readonly [Key, Value])[]): Map<Key, Value[]> => {
  const groups = new Map<Key, Value[]>()
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value])
  return groups
}
