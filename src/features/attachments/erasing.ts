import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { deleteAttachment, listUnsent } from './queries.ts'
import type { Seals } from './sealed.ts'

type IsAbout = (texts: readonly string[]) => boolean

/** Files that were sent go with their messages; of those that wait in trays only a name can tell whom they are about. */
export const deleteUnsentAbout = async (trx: Trx, actor: Actor, seals: Seals, isAbout: IsAbout): Promise<number> => {
  const waiting = await seals.openAll(actor.tenantId, await listUnsent(trx))
  const doomed = waiting.filter(({ name }) => isAbout(name.split(/[^\p{L}\p{N}]+/u)))
  for (const { id } of doomed) await deleteAttachment(trx, id)
  return doomed.length
}
