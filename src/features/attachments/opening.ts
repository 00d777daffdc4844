import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { createTurns } from '../../platform/turns.ts'
import { passedThrough } from '../../platform/young-garbage.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
import { openChunk } from '../../platform/vault/chunks.ts'
import { isShown } from './kinds.ts'
import type { Needs } from './needs.ts'
import { findAttachment, selectChunk, type AttachmentRow } from './queries.ts'
import { fileOf, type Facts, type Seals } from './sealed.ts'

/** A file, opened; `bytes` comes piece by piece, and fails with SealBroken where a piece is not what was sealed. */
export type OpenFile = Pick<Facts, 'name' | 'kind' | 'size'> & { bytes: AsyncGenerator<Buffer> }

/** `threadId`: null where it was not sent yet. */
export type DescribedFile = { id: string; name: string; size: number; threadId: string | null }

const mostReadAtOnce = 3

export const createOpening = ({ db, readableMessage }: Needs, seals: Seals) => {
  const inTurn = createTurns(mostReadAtOnce)

  const openRow = (actor: Actor, id: string, isWanted: (facts: Facts) => boolean): Promise<Facts | null> =>
    db.asTenant(actor, async trx => {
      const { facts, clientId } = await find(trx, actor, id)
      if (!isWanted(facts)) return null
      await record(trx, actor, 'attachment.opened', id, clientId ? { clients: [clientId] } : {})
      return facts
    })

  const find = async (trx: Trx, actor: Actor, id: string) => {
    const row = await findAttachment(trx, id)
    const { threadId, clientId } = await messageOf(trx, actor, row)
    return { facts: await seals.open(row!), threadId, clientId }
  }

  /** A file that was sent is for whoever may read its message; one that was not, for whoever added it. */
  const messageOf = async (trx: Trx, actor: Actor, row: AttachmentRow | undefined) => {
    if (!row?.facts_sealed) throw new NotFound()
    if (row.message_id === null) {
      if (row.added_by !== actor.accountId) throw new NotFound()
      return { threadId: null, clientId: null }
    }
    const message = await readableMessage(trx, actor, row.message_id)
    if (!message) throw new NotFound()
    return message
  }

  const piece = (actor: Actor, id: string, key: Buffer, position: number, last: boolean): Promise<Buffer> =>
    inTurn(async () => {
      const place = { file: fileOf(actor.tenantId, id), position, last }
      const sealed = await db.asTenant(actor, trx => selectChunk(trx, id, position))
      if (!sealed) throw new SealBroken(`chunk ${position} is missing at ${place.file}`)
      return openChunk(key, place, sealed)
    })

  /** Notes in the log what is found damaged on the way. */
  const noting = async <T>(actor: Actor, id: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (fault) {
      if (fault instanceof SealBroken)
        await db.asTenant(actor, trx => record(trx, actor, 'attachment.found-damaged', id))
      throw fault
    }
  }

  async function* piecesOf(actor: Actor, id: string, { size, chunk, key: own }: Facts): AsyncGenerator<Buffer> {
    const key = Buffer.from(own, 'base64')
    const count = Math.ceil(size / chunk)
    let sent = 0
    for (let position = 0; position < count; position++) {
      const last = position === count - 1
      const bytes = await noting(actor, id, () => piece(actor, id, key, position, last))
      sent += bytes.length
      if (last && sent !== size) throw new SealBroken(`${sent} of ${size} bytes at ${fileOf(actor.tenantId, id)}`)
      yield bytes
      passedThrough(bytes.length)
    }
  }

  const openWanted = async (
    actor: Actor,
    id: string,
    isWanted: (facts: Facts) => boolean,
  ): Promise<OpenFile | null> => {
    const facts = await noting(actor, id, () => openRow(actor, id, isWanted))
    if (!facts) return null
    const pieces = piecesOf(actor, id, facts)
    const first = await pieces.next()
    const { name, kind, size } = facts
    return { name, kind, size, bytes: startingWith(first, pieces) }
  }

  return {
    /**
     * Opens a file for somebody who may read it; that they did is audited.
     * @throws NotFound
     * @throws SealBroken where its beginning is damaged already: nothing was sent by then
     */
    open: async (actor: Actor, id: string): Promise<OpenFile> => (await openWanted(actor, id, () => true))!,

    /** As `open`, where it is a file that a page shows; null for any other. @throws NotFound, SealBroken */
    openShown: (actor: Actor, id: string): Promise<OpenFile | null> =>
      openWanted(actor, id, ({ kind }) => isShown(kind)),

    /** What a file is called, and the thread it was sent in, for somebody who may read it. @throws NotFound, SealBroken */
    describe: async (actor: Actor, id: string): Promise<DescribedFile> => {
      const { facts, threadId } = await noting(actor, id, () => db.asTenant(actor, trx => find(trx, actor, id)))
      return { id, name: facts.name, size: facts.size, threadId }
    },
  }
}

async function* startingWith(
  first: IteratorResult<Buffer, void>,
  rest: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    if (!first.done) yield first.value
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}
