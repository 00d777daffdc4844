import { installationId } from '../../platform/actor.ts'
import type { Passwords } from '../../platform/vault/passwords.ts'
import type { Vault } from '../../platform/vault/vault.ts'

export type AccountProfile = { givenName: string; familyName: string; email: string | null }

export const displayName = ({ givenName, familyName }: AccountProfile) => `${givenName} ${familyName}`.trim()

export const profilePlace = (tenant: string, row: number) =>
  ({ tenant, column: 'accounts.profile_sealed', row }) as const
export const openProfile = (
  vault: Vault,
  tenantId: string,
  { id, profile_sealed }: { id: number; profile_sealed: Buffer },
) => vault.open<AccountProfile>(profile_sealed, profilePlace(tenantId, id))

export const passwordPlace = (tenant: string, row: number) =>
  ({ tenant, column: 'accounts.password_sealed', row }) as const

/**
 * What an account keeps of a password; in the clear stands only which pepper it was mixed with, so that its uses can be
 * counted. It takes its time: never with a transaction open. @throws TooBusy
 */
export const sealPassword = async (
  { vault, passwords }: { vault: Vault; passwords: Passwords },
  tenantId: string,
  id: number,
  password: string,
) => {
  const hash = await passwords.hash(password)
  return { password_sealed: await vault.seal(hash, passwordPlace(tenantId, id)), pepper_id: hash.pepper }
}

export type EmailIndex = { email_token: string; index_key: number }

/**
 * The blind-index token of an e-mail address, and the key it is made with. It is made with the installation's key, not the tenant's: whoever has
 * forgotten a password names an address before anybody knows the tenant.
 */
export const emailIndex = async (vault: Vault, email: string): Promise<EmailIndex> => {
  const { current } = await vault.blinders(installationId)
  return { email_token: current.tokens([emailWord(email)])[0]!, index_key: current.keyId }
}

/** Every token an address may stand under: one a living key. */
export const emailTokens = async (vault: Vault, email: string): Promise<string[]> =>
  (await vault.blinders(installationId)).all.flatMap(({ tokens }) => tokens([emailWord(email)]))

const emailWord = (email: string) => `e-mail ${email.normalize('NFKC').trim().toLowerCase()}`
