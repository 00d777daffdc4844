import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Access, Opened } from './access.ts'
import { accountOf, type Needs } from './needs.ts'
import { countWaiting, noteAcknowledged, noteRead, updateParticipant, type ParticipantRow } from './queries.ts'

/** What one person does with a thread; the others see nothing of it but that an urgent message was acknowledged. */
export const createStanding = ({ db, clock, live }: Needs, access: Access) => {
  type Own = Opened & { own: ParticipantRow }

  const change = async (
    actor: Actor,
    threadId: string,
    work: (trx: Trx, opened: Own) => Promise<boolean>,
  ): Promise<void> => {
    const changed = await db.asTenant(actor, async trx => {
      const opened = await access.lock(trx, actor, threadId)
      const { own } = opened
      if (!own) throw new NotFound()
      return work(trx, { ...opened, own })
    })
    if (changed) await live.tell(actor.tenantId, [accountOf(actor)], { what: 'messages', id: threadId })
  }

  const putAway = (actor: Actor, threadId: string, archived: boolean) =>
    change(actor, threadId, async (trx, { own }) => {
      if ((own.archived_at !== null) === archived) return false
      await updateParticipant(trx, threadId, own.account_id, { archived_at: archived ? clock() : null })
      await record(trx, actor, archived ? 'thread.archived' : 'thread.restored', threadId)
      return true
    })

  return {
    /** To come back to it later: the thread counts as unread, though its messages stay read. @throws NotFound */
    markUnread: (actor: Actor, threadId: string): Promise<void> =>
      change(actor, threadId, async (trx, { own }) => {
        await updateParticipant(trx, threadId, own.account_id, { unread: Math.max(1, own.unread), archived_at: null })
        await record(trx, actor, 'thread.marked-unread', threadId)
        return true
      }),

    /** Out of one's own list, until somebody writes in it again. @throws NotFound */
    archive: (actor: Actor, threadId: string) => putAway(actor, threadId, true),
    /** @throws NotFound */
    restore: (actor: Actor, threadId: string) => putAway(actor, threadId, false),

    /** Says that one knows of the urgent messages up to a place in the thread; the others see who has, and when. @throws NotFound */
    acknowledge: (actor: Actor, threadId: string, through: number): Promise<void> =>
      change(actor, threadId, async (trx, { own }) => {
        const [account, now] = [own.account_id, clock()]
        await noteRead(trx, threadId, account, through, now)
        const known = await noteAcknowledged(trx, threadId, account, through, now)
        const { urgent } = await countWaiting(trx, threadId, account)
        await updateParticipant(trx, threadId, account, { urgent })
        if (known.length > 0) await record(trx, actor, 'message.acknowledged', threadId, { messages: known })
        return true
      }),
  }
}
