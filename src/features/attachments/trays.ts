import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { CutForm, type ArrivingFile } from '../../platform/web/multipart.ts'
import type { createAdding, Refusal } from './adding.ts'
import { limits } from './limits.ts'
import { accountOf, type Needs } from './needs.ts'
import { deleteUnsent, listTray, sendTray, type Owner } from './queries.ts'
import { trayFields } from './schema.ts'
import type { Attachment, Seals } from './sealed.ts'

/** What one form has gathered so far. */
export type Tray = { id: string; attachments: readonly Attachment[] }
/** `problem`: keys of messages, for the field `files`. */
export type TrayOfForm = { tray: Tray; problem: string | null }

/** Files on their way into a message: they lie in a tray until it is sent, so that nothing is chosen twice. */
export const createTrays = ({ db }: Needs, seals: Seals, add: ReturnType<typeof createAdding>) => {
  const ownerOf = (actor: Actor, trayId: string): Owner => ({ trayId, accountId: accountOf(actor) })

  const look = (actor: Actor, trayId: string): Promise<Tray> =>
    db.asTenant(actor, async trx => {
      const rows = await listTray(trx, ownerOf(actor, trayId))
      return { id: trayId, attachments: await seals.openAll(actor.tenantId, rows) }
    })

  /** @throws NotFound where no such file lies in it */
  const takeOut = (actor: Actor, trayId: string, id: string): Promise<void> =>
    db.asTenant(actor, async trx => {
      if (!(await deleteUnsent(trx, ownerOf(actor, trayId), id))) throw new NotFound()
      await record(trx, actor, 'attachment.removed', id)
    })

  const putIn = async (actor: Actor, trayId: string, files: AsyncIterable<ArrivingFile>): Promise<string | null> => {
    const problems: string[] = []
    try {
      for await (const file of files) {
        const added = await add(actor, trayId, file)
        if (!added.ok && !nothingChosen(added)) problems.push(problemOf(added))
      }
    } catch (fault) {
      if (!(fault instanceof CutForm)) throw fault
      if (problems.length === 0) problems.push('attachments:problem.cut-form')
    }
    return problems.join(' ') || null
  }

  return {
    empty: (): Tray => ({ id: randomUUID(), attachments: [] }),
    look,
    putIn,
    takeOut,

    /**
     * What a form brings along: takes out what it says, and in the files that come with it.
     * @param body its fields, of which `tray` and `takeOut` are read
     */
    ofForm: async (actor: Actor, body: unknown, files: AsyncIterable<ArrivingFile>): Promise<TrayOfForm> => {
      const { tray: trayId, takeOut: unwanted } = trayFields.parse(body ?? {})
      const id = trayId ?? randomUUID()
      for (const one of unwanted) await takeOut(actor, id, one).catch(ignoreGone)
      const problem = await putIn(actor, id, files)
      return { tray: await look(actor, id), problem }
    },

    /** Sends what lies in a tray with a message, in the transaction that makes the message. @returns how many */
    send: (trx: Trx, actor: Actor, trayId: string, messageId: string): Promise<number> =>
      sendTray(trx, ownerOf(actor, trayId), messageId),
  }
}

/** Gone already, as wished: the form was sent twice. */
const ignoreGone = (fault: unknown) => {
  if (!(fault instanceof NotFound)) throw fault
}

/** A browser sends a field for files in which none was chosen as a file without a name or a byte. */
const nothingChosen = ({ refusal, name }: { refusal: Refusal; name: string }) => refusal === 'empty' && name === ''

const problemOf = ({ refusal, name }: { refusal: Refusal; name: string }) => {
  const numbers = { name, files: String(limits.files), most: String(mostMegabytes[refusal] ?? '') }
  return `attachments:problem.${refusal}?${new URLSearchParams(numbers).toString()}`
}
const megabyte = 1024 * 1024
const mostMegabytes: Partial<Record<Refusal, number>> = {
  'too-large': limits.bytes / megabyte,
  'too-much': limits.allBytes / megabyte,
}
