import { fold } from '../../platform/text/fold.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { ClientProfile } from './profile.ts'
import { indexWords } from './search/terms.ts'

/** What a row of `clients` holds of a profile: nothing that can be read without the tenant's keys. */
export type SealedColumns = {
  profile_sealed: Buffer
  search_tokens: string[]
  letter_token: string
  person_token: string
  file_number_token: string
}
type Person = Pick<ClientProfile, 'givenNames' | 'familyName' | 'birthDate'>

/** Seals profiles into rows and opens them again. Tokens are blind: equal only where what they stand for is equal. */
export const createSealing = (vault: Vault) => {
  const token = async (tenantId: string, word: string) => (await vault.tokens(tenantId, [word]))[0]!
  const present = (tenant: string, row: string) => ({ tenant, column: 'clients.profile_sealed', row }) as const
  const earlier = (tenant: string, id: string, version: number) =>
    ({ tenant, column: 'client_versions.profile_sealed', row: `${id}:${version}` }) as const

  const tokens = {
    file: (tenantId: string, fileNumber: string) => token(tenantId, `u:${fileNumberKey(fileNumber)}`),
    letter: (tenantId: string, letter: string) => token(tenantId, `l:${letter}`),
    /** The same for people of the same folded names and birth date. */
    person: (tenantId: string, { givenNames, familyName, birthDate }: Person) =>
      token(tenantId, `q:${fold(familyName)}|${fold(givenNames)}|${birthDate ?? ''}`),
  }

  return {
    tokens,
    seal: async (tenantId: string, id: string, profile: ClientProfile): Promise<SealedColumns> => ({
      profile_sealed: await vault.seal(profile, present(tenantId, id)),
      search_tokens: await vault.tokens(tenantId, indexWords(profile)),
      letter_token: await tokens.letter(tenantId, letterOf(profile)),
      person_token: await tokens.person(tenantId, profile),
      file_number_token: await tokens.file(tenantId, profile.fileNumber),
    }),
    open: (tenantId: string, id: string, sealed: Buffer) => vault.open<ClientProfile>(sealed, present(tenantId, id)),
    sealEarlier: (tenantId: string, id: string, version: number, profile: ClientProfile) =>
      vault.seal(profile, earlier(tenantId, id, version)),
    openEarlier: (tenantId: string, id: string, version: number, sealed: Buffer) =>
      vault.open<ClientProfile>(sealed, earlier(tenantId, id, version)),
  }
}
export type Sealing = ReturnType<typeof createSealing>

/** Two file numbers are the same when they differ only in case or spaces. */
export const fileNumberKey = (fileNumber: string) =>
  fileNumber.normalize('NFKC').toUpperCase().replace(/\s+/g, ' ').trim()

/** The letter a client stands under: the folded first one of the family name (Ł under L), or 'other'. */
export const letterOf = ({ familyName, givenNames }: Pick<ClientProfile, 'familyName' | 'givenNames'>): string =>
  /^[a-z]/.exec(fold(familyName || givenNames))?.[0] ?? 'other'
