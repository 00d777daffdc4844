import type { Actor, Role } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { accountOf, type Needs } from './needs.ts'
import { mayRead, readsRecords } from './policy.ts'
import {
  findMessage,
  findParticipant,
  findThread,
  lockThread,
  selectRoles,
  type ParticipantRow,
  type ThreadRow,
} from './queries.ts'

/** A thread that somebody may read. `own` is undefined for whoever reads it by the record and takes no part. */
export type Opened = { thread: ThreadRow; roles: Role[]; own: ParticipantRow | undefined }

/** The one place that decides who gets at a thread; whoever may not is told that there is none. */
export const createAccess = ({ visible }: Pick<Needs, 'visible'>) => {
  /** Of these clients, those whose records the actor, whose transaction this is, may see now. */
  const maySee = async (trx: Trx, actor: Actor, clientIds: readonly string[]): Promise<ReadonlySet<string>> =>
    readsRecords(actor) && clientIds.length > 0 ? visible(trx, clientIds) : new Set()

  const permit = async (trx: Trx, actor: Actor, thread: ThreadRow | undefined): Promise<Opened> => {
    if (!thread) throw new NotFound()
    const [roles, own, seen] = await Promise.all([
      selectRoles(trx, thread.id),
      findParticipant(trx, thread.id, accountOf(actor)),
      thread.client_id === null ? null : maySee(trx, actor, [thread.client_id]),
    ])
    const standing = { clientId: thread.client_id, roles, named: own?.named ?? false }
    if (!mayRead(standing, actor, seen?.has(thread.client_id!) ?? false)) throw new NotFound()
    return { thread, roles, own }
  }

  /** Drops what is about a client whose record `actor` may not see. */
  const permitted = async <Row extends { client_id: string | null }>(
    trx: Trx,
    actor: Actor,
    rows: readonly Row[],
  ): Promise<Row[]> => {
    const clientIds = [...new Set(rows.flatMap(({ client_id }) => client_id ?? []))]
    if (clientIds.length === 0) return [...rows]
    const seen = await maySee(trx, actor, clientIds)
    return rows.filter(({ client_id }) => client_id === null || seen.has(client_id))
  }

  return {
    permitted,

    /** @throws NotFound */
    open: async (trx: Trx, actor: Actor, threadId: string) => permit(trx, actor, await findThread(trx, threadId)),

    /** As open; nobody else writes into the thread until the transaction ends. @throws NotFound */
    lock: async (trx: Trx, actor: Actor, threadId: string) => permit(trx, actor, await lockThread(trx, threadId)),

    /** What a message that the actor may read is about; null where they may not, or there is none. */
    readable: async (
      trx: Trx,
      actor: Actor,
      messageId: string,
    ): Promise<{ threadId: string; clientId: string | null } | null> => {
      const message = await findMessage(trx, messageId)
      if (!message) return null
      const opened = await permit(trx, actor, await findThread(trx, message.thread_id)).catch((fault: unknown) => {
        if (fault instanceof NotFound) return null
        throw fault
      })
      return opened && { threadId: message.thread_id, clientId: opened.thread.client_id }
    },

    /** @throws NotFound */
    client: async (trx: Trx, actor: Actor, clientId: string): Promise<void> => {
      if (!(await maySee(trx, actor, [clientId])).has(clientId)) throw new NotFound()
    },
  }
}
export type Access = ReturnType<typeof createAccess>
