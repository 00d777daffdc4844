export const tenantRoles = ['staff', 'administrator', 'security_officer'] as const
export const allRoles = [...tenantRoles, 'operator'] as const
export type Role = (typeof allRoles)[number]

/** Who acts: passed explicitly to every verb, in jobs too. `accountId` is null where the worker acts by itself. */
export type Actor = {
  tenantId: string
  accountId: number | null
  roles: readonly Role[]
  /** The sign-in that the actor's session began with; the log tells by it from where something was done. */
  signInId?: string | null
}

/**
 * The realm of the operators. It is stored as a row of `tenants` so that keys, sessions and audit work for operators
 * as for anyone else, but it is no organisation and can hold no client.
 */
export const installationId = '00000000-0000-0000-0000-000000000000'

/** The worker acting for a tenant, on its own account. */
export const systemActor = (tenantId: string): Actor => ({ tenantId, accountId: null, roles: [] })
