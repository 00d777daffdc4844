import type { Role } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'

export type ThreadRow = {
  tenant_id: string
  id: string
  client_id: string | null
  subject_sealed: Buffer
  messages: number
  last_at: Date
}
export type MessageRow = {
  tenant_id: string
  id: string
  thread_id: string
  /** The thread's; row-level security reads it here too. */
  client_id: string | null
  number: number
  sent_by: number
  sent_at: Date
  urgent: boolean
  text_sealed: Buffer
  search_tokens: string[]
  index_key: number
}
/** Of a message, what is read: the index is only asked. */
export type ReadMessage = Omit<MessageRow, 'client_id' | 'search_tokens' | 'index_key'>
export type ParticipantRow = {
  tenant_id: string
  thread_id: string
  account_id: number
  named: boolean
  joined_at: Date
  unread: number
  urgent: number
  archived_at: Date | null
  last_at: Date
}
export type ReceiptRow = {
  tenant_id: string
  message_id: string
  account_id: number
  read_at: Date
  acknowledged_at: Date | null
}

const readColumns = ['tenant_id', 'id', 'thread_id', 'number', 'sent_by', 'sent_at', 'urgent', 'text_sealed'] as const
const threads = (trx: Trx) => trx<ThreadRow>('message_threads')
const messages = (trx: Trx) => trx<MessageRow>('messages')
const participants = (trx: Trx) => trx<ParticipantRow>('message_participants')
const receipts = (trx: Trx) => trx<ReceiptRow>('message_receipts')

/** @returns false where the form that asks for this thread has made it already */
export const insertThread = async (trx: Trx, row: ThreadRow, roles: readonly Role[]): Promise<boolean> => {
  const made = await threads(trx).insert(row).onConflict(['tenant_id', 'id']).ignore().returning('id')
  if (made.length === 0) return false
  await insertRoles(trx, row, roles)
  return true
}

export const insertRoles = async (
  trx: Trx,
  { tenant_id, id }: Pick<ThreadRow, 'tenant_id' | 'id'>,
  roles: readonly Role[],
) => {
  if (roles.length === 0) return
  await trx('message_thread_roles')
    .insert(roles.map(role => ({ tenant_id, thread_id: id, role })))
    .onConflict()
    .ignore()
}

export const findMessage = (trx: Trx, id: string): Promise<{ thread_id: string } | undefined> =>
  trx('messages').where({ id }).first('thread_id')

export const findThread = (trx: Trx, id: string): Promise<ThreadRow | undefined> => threads(trx).where({ id }).first()

/** As findThread; nobody else writes into it until the transaction ends. */
export const lockThread = (trx: Trx, id: string): Promise<ThreadRow | undefined> =>
  threads(trx).where({ id }).forUpdate().first()

export const selectRoles = (trx: Trx, threadId: string): Promise<Role[]> =>
  trx('message_thread_roles').where({ thread_id: threadId }).orderBy('role').pluck('role')

/** Puts a message at the end of a thread that is locked. @returns false where the same form has sent it already */
export const insertMessage = async (trx: Trx, row: MessageRow): Promise<boolean> => {
  const made = await messages(trx).insert(row).onConflict(['tenant_id', 'id']).ignore().returning('id')
  if (made.length === 0) return false
  await threads(trx).where({ id: row.thread_id }).update({ messages: row.number, last_at: row.sent_at })
  return true
}

/** The last messages with a number below `before`, in the order in which they were written. */
export const selectMessages = async (
  trx: Trx,
  threadId: string,
  before: number | undefined,
  most: number,
): Promise<ReadMessage[]> => {
  const page = messages(trx).where({ thread_id: threadId }).orderBy('number', 'desc').limit(most)
  if (before !== undefined) void page.where('number', '<', before)
  return (await page.select(...readColumns)).reverse()
}

export const selectMessagesAfter = (trx: Trx, threadId: string, after: number, most: number): Promise<ReadMessage[]> =>
  messages(trx)
    .where({ thread_id: threadId })
    .where('number', '>', after)
    .orderBy('number')
    .limit(most)
    .select(...readColumns)

export const findParticipant = (trx: Trx, threadId: string, accountId: number): Promise<ParticipantRow | undefined> =>
  participants(trx).where({ thread_id: threadId, account_id: accountId }).first()

export const selectParticipants = (
  trx: Trx,
  threadId: string,
): Promise<Pick<ParticipantRow, 'account_id' | 'named'>[]> =>
  participants(trx).where({ thread_id: threadId }).orderBy('account_id').select('account_id', 'named')

export type Addressee = { accountId: number; named: boolean; unread: 0 | 1 }

/**
 * Lays a message before each of these: it is unread, on top of their lists, and out of their archives. In the order of
 * accounts, so that two messages wait for each other instead of locking each other out.
 */
export const deliver = async (
  trx: Trx,
  { tenant_id, thread_id, sent_at, urgent }: Pick<MessageRow, 'tenant_id' | 'thread_id' | 'sent_at' | 'urgent'>,
  to: readonly Addressee[],
) => {
  await trx.raw(
    `insert into message_participants as present
            (tenant_id, thread_id, account_id, named, joined_at, unread, urgent, last_at)
     select ?::uuid, ?::uuid, account_id, named, ?::timestamptz, unread, unread * ?::int, ?::timestamptz
       from unnest(?::int[], ?::boolean[], ?::int[]) as addressee (account_id, named, unread) order by account_id
     on conflict (tenant_id, thread_id, account_id) do update
        set unread = present.unread + excluded.unread, urgent = present.urgent + excluded.urgent,
            named = present.named or excluded.named, last_at = excluded.last_at, archived_at = null`,
    [
      tenant_id,
      thread_id,
      sent_at,
      urgent ? 1 : 0,
      sent_at,
      to.map(({ accountId }) => accountId),
      to.map(({ named }) => named),
      to.map(({ unread }) => unread),
    ] as never,
  )
}

/** Lets an account take part in every thread addressed to one of `roles`, with nothing unread. */
export const joinThreadsOfRoles = async (
  trx: Trx,
  tenantId: string,
  accountId: number,
  roles: readonly Role[],
  at: Date,
) => {
  await trx.raw(
    `insert into message_participants (tenant_id, thread_id, account_id, named, joined_at, last_at)
     select distinct thread.tenant_id, thread.id, ?::int, false, ?::timestamptz, thread.last_at
       from message_thread_roles addressed
       join message_threads thread on thread.tenant_id = addressed.tenant_id and thread.id = addressed.thread_id
      where addressed.tenant_id = ?::uuid and addressed.role = any (?::text[])
     on conflict do nothing`,
    [accountId, at, tenantId, roles as Role[]] as never,
  )
}

export const updateParticipant = (
  trx: Trx,
  threadId: string,
  accountId: number,
  changes: Partial<Pick<ParticipantRow, 'unread' | 'urgent' | 'archived_at'>>,
): Promise<number> => participants(trx).where({ thread_id: threadId, account_id: accountId }).update(changes)

export const selectReceipts = (trx: Trx, messageIds: readonly string[]): Promise<ReceiptRow[]> =>
  receipts(trx).whereIn('message_id', messageIds).orderBy('read_at')

/** Notes that an account has read what others wrote, up to a place in the thread. @returns the messages it had not read before */
export const noteRead = async (
  trx: Trx,
  threadId: string,
  accountId: number,
  through: number,
  at: Date,
): Promise<string[]> => {
  const { rows } = await trx.raw<{ rows: { message_id: string }[] }>(
    `insert into message_receipts (tenant_id, message_id, account_id, read_at)
     select tenant_id, id, :accountId::int, :at::timestamptz from messages message
      where thread_id = :threadId and sent_by <> :accountId and number <= :through
        and not exists (select from message_receipts had
                         where had.tenant_id = message.tenant_id and had.message_id = message.id and had.account_id = :accountId)
     on conflict do nothing returning message_id`,
    { threadId, accountId, through, at } as never,
  )
  return rows.map(row => row.message_id)
}

/** How many of a thread's messages an account has yet to read, and how many urgent ones to acknowledge. */
export const countWaiting = async (
  trx: Trx,
  threadId: string,
  accountId: number,
): Promise<{ unread: number; urgent: number }> => {
  const { rows } = await trx.raw<{ rows: { unread: number; urgent: number }[] }>(
    `select count(*) filter (where receipt.message_id is null)::int as unread,
            count(*) filter (where message.urgent and receipt.acknowledged_at is null)::int as urgent
       from messages message left join message_receipts receipt
         on receipt.tenant_id = message.tenant_id and receipt.message_id = message.id and receipt.account_id = :accountId
      where message.thread_id = :threadId and message.sent_by <> :accountId`,
    { threadId, accountId },
  )
  return rows[0]!
}

/** Notes that an account knows of the urgent messages up to a place in the thread. @returns their ids */
export const noteAcknowledged = async (
  trx: Trx,
  threadId: string,
  accountId: number,
  through: number,
  at: Date,
): Promise<string[]> => {
  const { rows } = await trx.raw<{ rows: { message_id: string }[] }>(
    `update message_receipts receipt set acknowledged_at = :at
       from messages message
      where message.tenant_id = receipt.tenant_id and message.id = receipt.message_id and message.thread_id = :threadId
        and message.urgent and message.number <= :through and receipt.account_id = :accountId and receipt.acknowledged_at is null
      returning receipt.message_id`,
    { threadId, accountId, through, at } as never,
  )
  return rows.map(row => row.message_id)
}

/** Whom a restricted record is open to (docs/adr/0019); null where it is open to whoever reads records at all. */
export const selectNamedFor = async (trx: Trx, clientId: string): Promise<number[] | null> => {
  const row = await trx('client_restrictions')
    .where({ client_id: clientId })
    .first<{ people: number[] } | undefined>('people')
  return row?.people ?? null
}

/** The threads about a client; for the feature that erases. */
export const selectThreadsOf = (trx: Trx, clientId: string): Promise<string[]> =>
  threads(trx).where({ client_id: clientId }).pluck('id')
