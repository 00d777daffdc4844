import { lockName } from '../../platform/db/named-lock.ts'
import type { Trx } from '../../platform/db/tenant.ts'

export type AttachmentRow = {
  tenant_id: string
  id: string
  tray_id: string
  message_id: string | null
  added_by: number
  added_at: Date
  stirred_at: Date
  facts_sealed: Buffer | null
}
export type Owner = { trayId: string; accountId: number }

const attachments = (trx: Trx) => trx<AttachmentRow>('attachments')
const unsent = (trx: Trx, { trayId, accountId }: Owner) =>
  attachments(trx).where({ tray_id: trayId, added_by: accountId }).whereNull('message_id')

/** Whoever adds to one tray does so one after the other, to the end of the transaction. */
export const lockTray = (trx: Trx, trayId: string) => lockName(trx, `tray ${trayId}`)

export const insertAttachment = (trx: Trx, row: Omit<AttachmentRow, 'message_id' | 'facts_sealed'>) =>
  attachments(trx).insert(row)

/** @returns false where it was swept away meanwhile */
export const finishAttachment = async (trx: Trx, id: string, factsSealed: Buffer, now: Date): Promise<boolean> =>
  (await attachments(trx).where({ id }).update({ facts_sealed: factsSealed, stirred_at: now })) > 0

export const stirAttachment = (trx: Trx, id: string, now: Date) =>
  attachments(trx).where({ id }).update({ stirred_at: now })

/** With its chunks, by their foreign key. */
export const deleteAttachment = (trx: Trx, id: string) => attachments(trx).where({ id }).delete()

export const insertChunk = (trx: Trx, tenantId: string, id: string, position: number, bytes: Buffer) =>
  trx.raw('insert into attachment_chunks (tenant_id, attachment_id, position, bytes) values (?, ?, ?, ?)', [
    tenantId,
    id,
    position,
    bytes,
  ])

/** As base64, a third shorter than what the database writes bytes as by itself. */
export const selectChunk = async (trx: Trx, id: string, position: number): Promise<Buffer | null> => {
  const row = (await trx('attachment_chunks')
    .where({ attachment_id: id, position })
    .first(trx.raw("encode(bytes, 'base64') as text"))) as { text: string } | undefined
  return row ? Buffer.from(row.text, 'base64') : null
}

export const findAttachment = (trx: Trx, id: string): Promise<AttachmentRow | undefined> =>
  attachments(trx).where({ id }).first()

/** What lies in a tray, that which still arrives among it. */
export const listTray = (trx: Trx, owner: Owner): Promise<AttachmentRow[]> =>
  unsent(trx, owner).orderBy(['added_at', 'id'])

export const deleteUnsent = (trx: Trx, owner: Owner, id: string): Promise<number> =>
  unsent(trx, owner).where({ id }).delete()

/** @returns how many files of the tray go with the message from now on */
export const sendTray = (trx: Trx, owner: Owner, messageId: string): Promise<number> =>
  unsent(trx, owner).whereNotNull('facts_sealed').update({ message_id: messageId })

export const listOfMessages = (trx: Trx, messageIds: readonly string[]): Promise<AttachmentRow[]> =>
  attachments(trx)
    .whereRaw('message_id = any(?::uuid[])', [messageIds as string[]])
    .orderBy(['added_at', 'id'])

/** Half files that nobody has carried on since: their connection or their server is gone. */
export const deleteHalf = (trx: Trx, since: Date) =>
  attachments(trx).whereNull('message_id').whereNull('facts_sealed').where('stirred_at', '<', since).delete()

/** Whole files that no message was sent with. */
export const deleteForgotten = (trx: Trx, since: Date) =>
  attachments(trx).whereNull('message_id').where('stirred_at', '<', since).delete()

/** Every file that lies in a tray, whoever's. */
export const listUnsent = (trx: Trx): Promise<AttachmentRow[]> =>
  attachments(trx).whereNull('message_id').whereNotNull('facts_sealed')
