import type { Actor } from '../../platform/actor.ts'
import { Conflict } from '../../platform/errors.ts'

/**
 * Nobody takes the administrator's role or access from themselves, so that there is always one left who can help the others.
 * @param administrators those who are it now, locked
 * @throws Conflict
 */
export const keepsAnAdministrator = (actor: Actor, targetId: number, administrators: readonly number[]) => {
  if (!administrators.includes(targetId)) return
  if (actor.accountId === targetId) throw new Conflict('accounts:conflict.yourself')
  // Two who remove each other at the same moment: the second is none any more.
  if (actor.accountId !== null && !administrators.includes(actor.accountId))
    throw new Conflict('accounts:conflict.noLonger')
  if (administrators.length === 1) throw new Conflict('accounts:conflict.lastAdministrator')
}
