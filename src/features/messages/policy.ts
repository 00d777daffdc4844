import type { Actor, Role } from '../../platform/actor.ts'

export type Standing = { clientId: string | null; roles: readonly Role[]; named: boolean }

/** Whoever is named takes part, and whoever has a role that the thread is addressed to, for as long as they have it. */
export const takesPart = ({ roles, named }: Standing, actor: Pick<Actor, 'roles'>): boolean =>
  named || roles.some(role => actor.roles.includes(role))

/** Who reads records at all; a restricted one is open to fewer. */
export const readsRecords = ({ roles }: Pick<Actor, 'roles'>): boolean =>
  roles.includes('staff') || roles.includes('security_officer')

/**
 * A thread about a client belongs to the record: whoever may see the record may read it, and nobody else, not even somebody
 * who takes part. Any other thread is for those who take part.
 */
export const mayRead = (thread: Standing, actor: Pick<Actor, 'roles'>, seesClient: boolean): boolean =>
  thread.clientId === null ? takesPart(thread, actor) : seesClient

/** To whom one can write together; a role that reads no records is not asked about a client. */
export const rolesToWriteTo = (aboutClient: boolean): Role[] =>
  aboutClient ? ['staff', 'security_officer'] : ['staff', 'administrator', 'security_officer']
