import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Access } from './access.ts'
import type { Addressing, Audience, Choices } from './addressing.ts'
import { accountOf, type Needs } from './needs.ts'
import { deliver, insertMessage, insertThread, type Addressee, type ThreadRow } from './queries.ts'
import type { ReplyForm, ThreadForm } from './schema.ts'
import type { Sealing } from './sealing.ts'

/** `nobody`: not one of those named is there to read it; `not-allowed`: somebody of them may not. */
export type Sending = 'sent' | 'nobody' | 'not-allowed'
type Ids = { thread: string; message: string; client: string | null }
type Composing = Choices & { client: { id: string; name: string } | null }

/** Beginning a thread, and answering in it. */
export const createWriting = (needs: Needs, access: Access, sealing: Sealing, addressing: Addressing) => {
  const { db, clock, live, lockClient, clientNames, notify, files } = needs

  /** After the commit: the pages of those who have something to read now, and the writer's own other tabs. */
  const tellPages = (actor: Actor, threadId: string, { readers }: Audience) =>
    live.tell(actor.tenantId, [...new Set([...readers, accountOf(actor)])], { what: 'messages', id: threadId })

  /** Puts a message into a thread that is locked, before everybody it is for. @returns whether it was not sent before */
  const send = async (
    trx: Trx,
    actor: Actor,
    thread: ThreadRow,
    message: ReplyForm & { id: string; subject: string },
    audience: Audience,
  ): Promise<boolean> => {
    const sender = accountOf(actor)
    const row = {
      tenant_id: actor.tenantId,
      id: message.id,
      thread_id: thread.id,
      client_id: thread.client_id,
      number: thread.messages + 1,
      sent_by: sender,
      sent_at: thread.messages === 0 ? thread.last_at : notBefore(thread.last_at, clock()),
      urgent: message.urgent,
      text_sealed: await sealing.sealText(actor.tenantId, message.id, message.text),
      ...(await sealing.index(actor.tenantId, message.subject, message.text)),
    }
    if (!(await insertMessage(trx, row))) return false
    const attached = message.tray ? await files.send(trx, actor, message.tray, message.id) : 0

    const others = [...new Set([...audience.named, ...audience.byRole])].filter(id => id !== sender)
    const addressees: Addressee[] = others.map(accountId => ({
      accountId,
      named: audience.named.includes(accountId),
      unread: 1,
    }))
    await deliver(trx, row, [...addressees, { accountId: sender, named: true, unread: 0 }])
    const told = audience.readers.filter(id => id !== sender)
    await notify(trx, actor.tenantId, told, message.urgent ? 'urgent-message' : 'message-waiting')
    await record(trx, actor, 'message.sent', thread.id, {
      message: message.id,
      recipients: others.length,
      files: attached,
      urgent: message.urgent,
      client: thread.client_id,
    })
    return true
  }

  return {
    /** What the form of a new thread needs. About a client, that its name was shown is audited. @throws NotFound */
    composing: (actor: Actor, clientId: string | null): Promise<Composing> =>
      db.asTenant(actor, async trx => {
        if (clientId === null) return { ...(await addressing.choices(trx, actor, null)), client: null }
        await access.client(trx, actor, clientId)
        const name = (await clientNames(trx, actor, [clientId])).get(clientId)
        if (name === undefined) throw new NotFound()
        await record(trx, actor, 'client.named', clientId)
        return { ...(await addressing.choices(trx, actor, clientId)), client: { id: clientId, name } }
      }),

    /**
     * Begins a thread. The same form sent again begins nothing more.
     * @throws NotFound where there is no such client for this actor
     */
    start: async (actor: Actor, ids: Ids, form: ThreadForm): Promise<Sending> => {
      const audience = await db.asTenant(actor, async trx => {
        if (ids.client !== null) {
          await access.client(trx, actor, ids.client)
          await lockClient(trx, actor, ids.client)
        }
        const found = await addressing.chosen(trx, actor, ids.client, form.to)
        if (!found) return 'not-allowed'
        if (found.readers.every(id => id === actor.accountId)) return 'nobody'
        const thread: ThreadRow = {
          tenant_id: actor.tenantId,
          id: ids.thread,
          client_id: ids.client,
          subject_sealed: await sealing.sealSubject(actor.tenantId, ids.thread, form.subject),
          messages: 0,
          last_at: clock(),
        }
        if (!(await insertThread(trx, thread, form.to.roles))) return 'sent'
        await send(trx, actor, thread, { ...form, id: ids.message }, found)
        return found
      })
      if (typeof audience === 'string') return audience
      await tellPages(actor, ids.thread, audience)
      return 'sent'
    },

    /** Writes into a thread; whoever writes takes part from then on. The same form sent again writes nothing more. @throws NotFound */
    reply: async (actor: Actor, threadId: string, messageId: string, form: ReplyForm): Promise<void> => {
      const audience = await db.asTenant(actor, async trx => {
        const { thread, roles } = await access.lock(trx, actor, threadId)
        const [subject = ''] = await sealing.openSubjects(actor.tenantId, [thread])
        const taking = await addressing.audienceOf(trx, actor, thread, roles)
        return (await send(trx, actor, thread, { ...form, id: messageId, subject }, taking)) ? taking : null
      })
      if (audience) await tellPages(actor, threadId, audience)
    },
  }
}

/** Clocks of several machines differ by a little; the order of a thread does not. */
const notBefore = (last: Date, now: Date) => (now > last ? now : new Date(last.getTime() + 1))
