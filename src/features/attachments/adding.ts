import { randomBytes, randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { limitOf } from '../../platform/db/limits.ts'
import { createTurns } from '../../platform/turns.ts'
import { passedThrough } from '../../platform/young-garbage.ts'
import { chunkOverhead, sealChunk } from '../../platform/vault/chunks.ts'
import { plainFileName } from '../../platform/web/file-name.ts'
import { CutForm, type ArrivingFile } from '../../platform/web/multipart.ts'
import { kindOf, type Kind } from './kinds.ts'
import { chunkBytes, limits } from './limits.ts'
import { accountOf, type Needs } from './needs.ts'
import { piecesOf } from './pieces.ts'
import {
  deleteAttachment,
  finishAttachment,
  insertAttachment,
  insertChunk,
  listTray,
  lockTray,
  stirAttachment,
} from './queries.ts'
import { fileOf, type Seals } from './sealed.ts'
import { sweep } from './sweep.ts'

/** Why a file is not taken; each has its sentence in `attachments:problem.<refusal>`. */
export type Refusal = 'too-large' | 'too-many' | 'too-much' | 'empty' | 'cut' | 'full'
export type Added = { ok: true; id: string } | { ok: false; refusal: Refusal; name: string }

class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal)
    this.refusal = refusal
  }
}

/** More would leave pages no connection to the database, and hold more in memory. */
const mostStoredAtOnce = 3
/** So often a file that is still coming says so: no sweep takes it away. */
const stirredEveryMs = 30_000

/** Takes a file in as it arrives: each piece is sealed and stored before more is read, and no more than one is held. */
export const createAdding = ({ db, clock }: Needs, seals: Seals) => {
  const inTurn = createTurns(mostStoredAtOnce)
  /** Where pieces are sealed, one for each that is stored: a new one for every piece would wait for the collector by the hundred. */
  const sealedPieces = Array.from({ length: mostStoredAtOnce }, () => Buffer.alloc(chunkBytes + chunkOverhead))

  const begin = (actor: Actor, trayId: string, id: string): Promise<number> =>
    db.asTenant(actor, async trx => {
      const now = clock()
      await sweep(trx, now)
      const room = await roomIn(trx, actor, trayId)
      const { tenantId: tenant_id } = actor
      await insertAttachment(trx, {
        tenant_id,
        id,
        tray_id: trayId,
        added_by: accountOf(actor),
        added_at: now,
        stirred_at: now,
      })
      return room
    })

  const roomIn = async (trx: Trx, actor: Actor, trayId: string): Promise<number> => {
    await lockTray(trx, trayId)
    const rows = await listTray(trx, { trayId, accountId: accountOf(actor) })
    if (rows.length >= limits.files) throw new Refused('too-many')
    const there = await seals.openAll(actor.tenantId, rows)
    return limits.allBytes - there.reduce((bytes, { size }) => bytes + size, 0)
  }

  const withBuffer = async (work: (buffer: Buffer) => Promise<void>) => {
    const buffer = sealedPieces.pop()!
    try {
      await work(buffer)
    } finally {
      sealedPieces.push(buffer)
    }
  }

  const store = async (actor: Actor, id: string, key: Buffer, file: ArrivingFile, room: number) => {
    let [size, position, kind]: [number, number, Kind] = [0, 0, 'other']
    let stirred = clock().getTime()
    for await (const { bytes, last } of piecesOf(file.bytes, chunkBytes)) {
      if (position === 0) kind = kindOf(bytes)
      size += bytes.length
      if (size > limits.bytes) throw new Refused('too-large')
      if (size > room) throw new Refused('too-much')
      const place = { file: fileOf(actor.tenantId, id), position: position++, last }
      const now = clock()
      const stirs = now.getTime() - stirred > stirredEveryMs
      await inTurn(() =>
        withBuffer(buffer =>
          db.asTenant(actor, async trx => {
            await insertChunk(trx, actor.tenantId, id, place.position, sealChunk(key, place, bytes, buffer))
            if (stirs) await stirAttachment(trx, id, now)
          }),
        ),
      )
      if (stirs) stirred = now.getTime()
      passedThrough(bytes.length)
    }
    if (size === 0) throw new Refused('empty')
    return { size, kind }
  }

  const finish = async (actor: Actor, id: string, facts: Parameters<Seals['seal']>[2]) => {
    await db.asTenant(actor, async trx => {
      const sealed = await seals.seal(actor.tenantId, id, facts)
      if (!(await finishAttachment(trx, id, sealed, clock()))) throw new Refused('cut')
      await record(trx, actor, 'attachment.added', id, { bytes: facts.size })
    })
  }

  /** A file that is refused, or whose connection breaks, leaves nothing. Whatever of it was not read is left to the caller. */
  return async (actor: Actor, trayId: string, file: ArrivingFile): Promise<Added> => {
    const [id, key, name] = [randomUUID(), randomBytes(32), plainFileName(file.name)]
    try {
      const room = await begin(actor, trayId, id)
      try {
        const { size, kind } = await store(actor, id, key, file, room)
        await finish(actor, id, { name, kind, size, chunk: chunkBytes, key: key.toString('base64') })
      } catch (fault) {
        await db.asTenant(actor, trx => deleteAttachment(trx, id))
        throw fault
      }
      return { ok: true, id }
    } catch (fault) {
      const refusal = refusalIn(fault)
      if (!refusal) throw fault
      return { ok: false, refusal, name }
    }
  }
}

const refusalIn = (fault: unknown): Refusal | null => {
  if (fault instanceof Refused) return fault.refusal
  if (fault instanceof CutForm) return 'cut'
  return limitOf(fault) === 'storage' ? 'full' : null
}
