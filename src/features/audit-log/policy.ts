import type { Actor } from '../../platform/actor.ts'

/**
 * Who of the staff looked at a client is for security officers: told to everybody, it would set colleagues to watch each other.
 * Others see, and may print, what the client may: when, in which role, and what for.
 */
export const seesWhoLooked = (actor: Pick<Actor, 'roles'>): boolean => actor.roles.includes('security_officer')

/** Nobody puts aside what they did themselves, unless no other officer could. */
export const maySettle = (
  actor: Pick<Actor, 'accountId'>,
  thing: { account_id: number },
  otherOfficers: readonly number[],
): boolean => thing.account_id !== actor.accountId || otherOfficers.length === 0
