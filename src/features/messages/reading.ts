import type { Actor, Role } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Access, Opened } from './access.ts'
import { accountOf, type Attached, type Needs, type Person } from './needs.ts'
import {
  countWaiting,
  noteRead,
  selectMessages,
  selectMessagesAfter,
  selectParticipants,
  selectReceipts,
  updateParticipant,
  type ReadMessage,
} from './queries.ts'
import type { Sealing } from './sealing.ts'

export type Seen = { name: string; at: Date; acknowledgedAt: Date | null }
export type Message = {
  id: string
  number: number
  by: string
  mine: boolean
  at: Date
  urgent: boolean
  text: string
  attachments: readonly Attached[]
  /** Whether the reader had not read it before. */
  fresh: boolean
  /** Who else has read it, and when, in that order. */
  seenBy: Seen[]
}
export type ThreadPage = {
  id: string
  subject: string
  client: { id: string; name: string; whomToCall: readonly object[] } | null
  messages: Message[]
  /** How many were written before those on the page. */
  earlier: number
  last: number
  people: Pick<Person, 'id' | 'name' | 'active'>[]
  roles: Role[]
  /** Whether the reader takes part, or reads it by the client's record. */
  takesPart: boolean
  archived: boolean
  /** Urgent messages that the reader has yet to acknowledge. */
  toAcknowledge: number
}

const messagesOnPage = 100
const waitingKinds = ['message-waiting', 'urgent-message'] as const

/** Threads as their readers see them; whoever opens one has read it. */
export const createReading = (needs: Needs, access: Access, sealing: Sealing) => {
  const { db, clock, live, people, clientNames, whomToCall, settleNotices, files } = needs

  const open = async (
    trx: Trx,
    actor: Actor,
    rows: readonly ReadMessage[],
    participants: readonly number[] = [],
    fresh: ReadonlySet<string> = new Set(),
  ) => {
    const texts = await sealing.openTexts(actor.tenantId, rows)
    const messageIds = rows.map(({ id }) => id)
    const [receipts, attached] = await Promise.all([
      selectReceipts(trx, messageIds),
      files.ofMessages(trx, actor, messageIds),
    ])
    const ids = [...participants, ...rows.map(row => row.sent_by), ...receipts.map(row => row.account_id)]
    const known = new Map((await people(trx, actor.tenantId, [...new Set(ids)])).map(person => [person.id, person]))
    const nameOf = (id: number) => known.get(id)?.name ?? ''
    const messages = rows.map((row, index): Message => ({
      id: row.id,
      number: row.number,
      by: nameOf(row.sent_by),
      mine: row.sent_by === actor.accountId,
      at: row.sent_at,
      urgent: row.urgent,
      text: texts[index]!,
      attachments: attached.get(row.id) ?? [],
      fresh: fresh.has(row.id),
      seenBy: receipts
        .filter(seen => seen.message_id === row.id && seen.account_id !== actor.accountId)
        .map(seen => ({ name: nameOf(seen.account_id), at: seen.read_at, acknowledgedAt: seen.acknowledged_at })),
    }))
    return { messages, known }
  }

  const clientOf = async (trx: Trx, actor: Actor, id: string) => ({
    id,
    name: (await clientNames(trx, actor, [id])).get(id) ?? '',
    whomToCall: await whomToCall(trx, actor, id),
  })

  const recordReading = (trx: Trx, actor: Actor, { thread }: Opened, count: number) =>
    record(trx, actor, 'thread.read', thread.id, {
      messages: count,
      ...(thread.client_id === null ? {} : { clients: [thread.client_id] }),
    })

  /** What was unread up to a place in the thread is read. @returns the messages that were read for the first time */
  const settle = async (trx: Trx, actor: Actor, { thread, own }: Opened, through: number): Promise<string[]> => {
    const account = accountOf(actor)
    const fresh = await noteRead(trx, thread.id, account, through, clock())
    if (!own || (own.unread === 0 && fresh.length === 0)) return fresh
    const { unread, urgent } = await countWaiting(trx, thread.id, account)
    await updateParticipant(trx, thread.id, account, { unread, urgent })
    await settleNotices(trx, account, waitingKinds)
    return fresh
  }

  /** Other tabs of the same person show less now. */
  const tellOwnPages = (actor: Actor, threadId: string) =>
    live.tell(actor.tenantId, [accountOf(actor)], { what: 'messages', id: threadId })

  return {
    /** A thread, which its reader has then read; that is audited, of a client's as a reading of the client. @throws NotFound */
    read: async (actor: Actor, threadId: string, before?: number): Promise<ThreadPage> => {
      const { page, fresh } = await db.asTenant(actor, async trx => {
        const opened = await access.open(trx, actor, threadId)
        const { thread, roles, own } = opened
        const rows = await selectMessages(trx, threadId, before, messagesOnPage)
        const fresh = new Set(await settle(trx, actor, opened, thread.messages))
        const participants = await selectParticipants(trx, threadId)
        const named = participants.filter(one => one.named).map(one => one.account_id)
        const { messages, known } = await open(trx, actor, rows, named, fresh)
        const [subject = ''] = await sealing.openSubjects(actor.tenantId, [thread])
        const client = thread.client_id
        const waiting = own ? await countWaiting(trx, threadId, accountOf(actor)) : { urgent: 0 }
        await recordReading(trx, actor, opened, messages.length)
        const page: ThreadPage = {
          id: threadId,
          subject,
          client: client === null ? null : await clientOf(trx, actor, client),
          messages,
          earlier: Math.max(0, (rows[0]?.number ?? 1) - 1),
          last: thread.messages,
          people: named.flatMap(id => known.get(id) ?? []),
          roles,
          takesPart: own !== undefined && (own.named || roles.some(role => actor.roles.includes(role))),
          archived: Boolean(own?.archived_at),
          toAcknowledge: waiting.urgent,
        }
        return { page, fresh }
      })
      if (fresh.size > 0) await tellOwnPages(actor, threadId)
      return page
    },

    /** What has come into a thread since a page showed it. Nobody has read it yet: the page asked by itself. @throws NotFound */
    arrived: (actor: Actor, threadId: string, after: number): Promise<Message[]> =>
      db.asTenant(actor, async trx => {
        const opened = await access.open(trx, actor, threadId)
        const rows = await selectMessagesAfter(trx, threadId, after, messagesOnPage)
        if (rows.length === 0) return []
        const { messages } = await open(trx, actor, rows)
        await recordReading(trx, actor, opened, messages.length)
        return messages
      }),

    /** The reader has done something on a page that shows messages up to this place: they are read. @throws NotFound */
    markRead: async (actor: Actor, threadId: string, through: number): Promise<void> => {
      const fresh = await db.asTenant(actor, async trx => {
        const opened = await access.open(trx, actor, threadId)
        const read = await settle(trx, actor, opened, through)
        if (read.length > 0) await record(trx, actor, 'thread.marked-read', threadId, { messages: read.length })
        return read
      })
      if (fresh.length > 0) await tellOwnPages(actor, threadId)
    },
  }
}
