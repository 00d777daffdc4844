import type { Actor } from '../../platform/actor.ts'
import { NotFound } from '../../platform/errors.ts'
import type { AuditLog } from './audit-log.ts'
import { searchIdParam, type KeptWish } from './schema.ts'

/** What a page of the log is about, and the address of the page that shows it. */
export type Shown = { wish: KeptWish; address: string }

/**
 * The whole log, or what a search asked for.
 * @returns null where the search is past its time or somebody else's
 * @throws NotFound where it is no id of a search
 */
export const shownAt = async (
  { find }: Pick<AuditLog, 'find'>,
  actor: Actor,
  { logSearchId }: { logSearchId?: string | string[] },
): Promise<Shown | null> => {
  if (logSearchId === undefined) return { wish: {}, address: '/log' }
  const id = searchIdParam.safeParse(logSearchId)
  if (!id.success) throw new NotFound()
  const wish = await find(actor, id.data)
  return wish && { wish, address: `/log/searches/${id.data}` }
}
