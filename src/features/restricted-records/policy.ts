import type { Actor } from '../../platform/actor.ts'
import type { Person } from './needs.ts'

const readers = ['staff', 'security_officer'] as const
export const mayRead = ({ roles }: Pick<Person, 'roles'>): boolean => readers.some(role => roles.includes(role))
export const isOfficer = ({ roles }: Pick<Actor, 'roles'>): boolean => roles.includes('security_officer')

/** The named and the officers; access by broken glass gives no say over the list. */
export const mayChange = (actor: Actor, people: readonly number[]): boolean =>
  isOfficer(actor) || (actor.accountId !== null && people.includes(actor.accountId))

/** Protecting is quick; taking protection away goes through an officer. */
export const mayLift = (actor: Actor): boolean => isOfficer(actor)

/** Nobody judges their own case, unless there is no other officer who could. */
export const mayJudge = (actor: Actor, openedBy: number, officers: readonly number[]): boolean =>
  isOfficer(actor) && (openedBy !== actor.accountId || officers.every(id => id === actor.accountId))
