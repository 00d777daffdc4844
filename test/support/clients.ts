import { randomUUID } from 'node:crypto'
import type { Actor } from '../../src/platform/actor.ts'
import type { Ostoja } from './ostoja.ts'

export type Profile = Parameters<Ostoja['features']['clients']['create']>[2]

/** A client's profile; what a test does not say is empty. */
export const profile = (said: Partial<Profile> = {}): Profile => ({
  fileNumber: '',
  givenNames: 'Maria',
  familyName: 'Nowak',
  preferredName: null,
  birthDate: null,
  deceasedOn: null,
  gender: 'unknown',
  languages: [],
  interpreterNeeded: false,
  phones: [],
  emails: [],
  addresses: [],
  alerts: [],
  notes: null,
  ...said,
})

/** Makes a client past the form. @returns its id */
export const newClient = async (ostoja: Ostoja, actor: Actor, said: Partial<Profile> = {}): Promise<string> => {
  const id = randomUUID()
  const made = await ostoja.features.clients.create(actor, id, profile(said))
  if (made !== 'created') throw new Error(`The client was not made: ${made}`)
  return id
}

/** A tenant with one account of staff, as an actor. */
export const newStaff = async (ostoja: Ostoja, tenantId?: string): Promise<Actor & { accountId: number }> => {
  const tenant = tenantId ?? (await ostoja.newTenant())
  const { id } = await ostoja.newAccount(tenant, ['staff'])
  return { tenantId: tenant, accountId: id, roles: ['staff'] }
}
