import type { Actor } from '../../../platform/actor.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import type { Access } from '../access.ts'
import { accountOf, type Needs } from '../needs.ts'
import type { Sealing } from '../sealing.ts'
import { selectUrgentSenders, selectWaiting } from './queries.ts'

export type Urgent = { threadId: string; subject: string; by: string; at: Date }
/** What every page says: how many threads hold something unread, what is urgent, and how many openings of restricted records are to be judged. */
export type Waiting = { unread: number; urgent: Urgent[]; cases: number }

/** More are not counted: "99+". */
const mostCounted = 100
/** So many urgent ones stand on top of a page; the others follow when these are acknowledged. */
const mostUrgent = 3
type Read = Omit<Waiting, 'cases'>
const nothing: Read = { unread: 0, urgent: [] }

export const createWaiting = ({ db, people, casesToJudge }: Needs, access: Access, sealing: Sealing) => {
  const waiting = async (trx: Trx, actor: Actor): Promise<Waiting> => {
    const [messages, cases] = await Promise.all([toRead(trx, actor), casesToJudge(trx, actor)])
    return { ...messages, cases }
  }

  const toRead = async (trx: Trx, actor: Actor): Promise<Read> => {
    const reader = { accountId: accountOf(actor), roles: actor.roles }
    const found = await selectWaiting(trx, reader, mostCounted)
    if (found.length === 0) return nothing
    const rows = await access.permitted(trx, actor, found)
    const urgent = rows.filter(row => row.urgent > 0).slice(0, mostUrgent)
    const unread = rows.filter(row => row.unread > 0).length
    if (urgent.length === 0) return { unread, urgent: [] }

    const senders = await selectUrgentSenders(
      trx,
      reader.accountId,
      urgent.map(row => row.thread_id),
    )
    const names = new Map(
      (
        await people(
          trx,
          actor.tenantId,
          [...senders.values()].map(({ by }) => by),
        )
      ).map(({ id, name }) => [id, name]),
    )
    const subjects = await sealing.openSubjects(
      actor.tenantId,
      urgent.map(row => ({ id: row.thread_id, subject_sealed: row.subject_sealed })),
    )
    const shown = urgent.flatMap((row, index) => {
      const sent = senders.get(row.thread_id)
      return sent
        ? [{ threadId: row.thread_id, subject: subjects[index]!, by: names.get(sent.by) ?? '', at: sent.at }]
        : []
    })
    return { unread, urgent: shown }
  }

  return {
    /** What waits for somebody now. */
    waiting: (actor: Actor): Promise<Waiting> => db.asTenant(actor, trx => waiting(trx, actor)),

    /** The same, asked in the transaction of the page itself. */
    waitingBeside: (actor: Actor): (() => Promise<Waiting>) => db.alongside(actor, trx => waiting(trx, actor)),
  }
}
