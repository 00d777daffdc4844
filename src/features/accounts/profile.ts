import { installationId } from '../../platform/actor.ts'
import type { Vault } from '../../platform/vault/vault.ts'

export type AccountProfile = { givenName: string; familyName: string; email: string | null }

export const displayName = ({ givenName, familyName }: AccountProfile) => `${givenName} ${familyName}`.trim()

export const profilePlace = (tenant: string, row: number) =>
  ({ tenant, column: 'accounts.profile_sealed', row }) as const
export const passwordPlace = (tenant: string, row: number) =>
  ({ tenant, column: 'accounts.password_sealed', row }) as const

/**
 * The blind-index token of an e-mail address. It is made with the installation's key, not the tenant's: whoever has
 * forgotten a password names an address before anybody knows the tenant.
 */
export const emailToken = async (vault: Vault, email: string): Promise<string> => {
  const [token] = await vault.tokens(installationId, [`e-mail ${email.normalize('NFKC').trim().toLowerCase()}`])
  return token!
}
