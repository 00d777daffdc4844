import { tenantRoles, type Actor, type Role } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Needs, Person } from './needs.ts'
import { readsRecords, rolesToWriteTo } from './policy.ts'
import { selectNamedFor, selectParticipants, type ThreadRow } from './queries.ts'
import type { Addressees } from './schema.ts'

/**
 * Whom a message is for, as ids of accounts: those who are named, those who have a role it is addressed to, and of all of them
 * those who can read it now.
 */
export type Audience = { named: number[]; byRole: number[]; readers: number[] }
export type Choices = { people: Person[]; roles: Role[] }

/** Who can be written to, and who is meant by whom a form names. */
export const createAddressing = ({ people }: Pick<Needs, 'people'>) => {
  /** Of these people, those who may sign in and see what the thread is about; whoever has only broken the glass is not written to. */
  const readers = async (trx: Trx, clientId: string | null, candidates: readonly Person[]): Promise<Person[]> => {
    const active = candidates.filter(person => person.active && hasOneOf(person, tenantRoles))
    if (clientId === null) return active
    const named = await selectNamedFor(trx, clientId)
    return active.filter(person => readsRecords(person) && (named?.includes(person.id) ?? true))
  }

  return {
    /** Those other than `actor` to whom one can write, about a client only those who may see the record. */
    choices: async (trx: Trx, actor: Actor, clientId: string | null): Promise<Choices> => {
      const all = await readers(trx, clientId, await people(trx, actor.tenantId))
      const others = all.filter(({ id }) => id !== actor.accountId)
      const roles = rolesToWriteTo(clientId !== null).filter(role => others.some(one => one.roles.includes(role)))
      return { people: others, roles }
    },

    /** Whom a form names. @returns null where one of them may not read it */
    chosen: async (trx: Trx, actor: Actor, clientId: string | null, to: Addressees): Promise<Audience | null> => {
      const allowed = rolesToWriteTo(clientId !== null)
      const everybody = await readers(trx, clientId, await people(trx, actor.tenantId))
      const named = everybody.filter(({ id }) => to.accounts.includes(id))
      if (named.length < to.accounts.length || to.roles.some(role => !allowed.includes(role))) return null
      const byRole = everybody.filter(person => hasOneOf(person, to.roles))
      return { named: ids(named), byRole: ids(byRole), readers: [...new Set([...ids(named), ...ids(byRole)])] }
    },

    /** Who takes part in a thread as it stands; whoever was named stays so, even while they cannot sign in. */
    audienceOf: async (trx: Trx, actor: Actor, thread: ThreadRow, roles: readonly Role[]): Promise<Audience> => {
      const present = await selectParticipants(trx, thread.id)
      const named = present.filter(participant => participant.named).map(({ account_id }) => account_id)
      const reading = await readers(trx, thread.client_id, await people(trx, actor.tenantId))
      const byRole = ids(reading.filter(person => hasOneOf(person, roles)))
      const takingPart = new Set([...named, ...byRole])
      return { named, byRole, readers: ids(reading).filter(id => takingPart.has(id)) }
    },
  }
}
export type Addressing = ReturnType<typeof createAddressing>

const ids = (people: readonly Person[]) => people.map(({ id }) => id)
const hasOneOf = (person: Person, roles: readonly Role[]) => person.roles.some(role => roles.includes(role))
