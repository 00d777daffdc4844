import { exactFileNumber, fileNumberSpellings } from '../../platform/text/file-number.ts'
import { fold } from '../../platform/text/fold.ts'
import { isWholeDay } from '../../platform/text/written-day.ts'
import type { Blinder, Vault } from '../../platform/vault/vault.ts'
import type { ClientProfile } from './profile.ts'
import { indexVersion, indexWords, wordsOfPerson } from './search/index-words.ts'

/** The blind tokens of a profile, the index key that made them, and by which edition of the rules (see indexWords). */
export type IndexColumns = {
  search_tokens: string[]
  letter_token: string
  person_token: string
  file_number_token: string
  index_key: number
  index_version: number
}
/** What a row of `clients` holds of a profile: nothing that can be read without the tenant's keys. */
export type SealedColumns = IndexColumns & {
  profile_sealed: Buffer
  /** Whether one of the client's numbers is known to be wrong; in the clear, so that such clients are found. */
  wrong_number: boolean
}
type Person = Pick<ClientProfile, 'givenNames' | 'familyName' | 'birthDate'>

/**
 * Seals profiles into rows and opens them again. Tokens are blind: equal only where what they stand for is equal, and made
 * with the same key. While the index key turns there are two, so whoever looks for something asks for each of its tokens.
 */
export const createSealing = (vault: Vault) => {
  const tokensOf = async (tenantId: string, word: string): Promise<string[]> =>
    (await vault.blinders(tenantId)).all.map(blinder => one(blinder, word))
  const present = (tenant: string, row: string) => ({ tenant, column: 'clients.profile_sealed', row }) as const
  const earlier = (tenant: string, id: string, version: number) =>
    ({ tenant, column: 'client_versions.profile_sealed', row: `${id}:${version}` }) as const

  /** Everything a profile is found by, made with the current index key. */
  const index = async (tenantId: string, profile: ClientProfile): Promise<IndexColumns> => {
    const { current } = await vault.blinders(tenantId)
    return {
      search_tokens: current.tokens(indexWords(profile)),
      letter_token: one(current, letterWord(letterOf(profile))),
      person_token: one(current, personWord(profile)),
      file_number_token: one(current, fileWord(profile.fileNumber)),
      index_key: current.keyId,
      index_version: indexVersion,
    }
  }

  return {
    /** What to ask for: each as one token a living index key, the oldest first. */
    tokens: {
      /** Of the number as it is written first, then of its spellings with fewer or more zeros in front. */
      file: async (tenantId: string, fileNumber: string): Promise<string[]> => {
        const { all } = await vault.blinders(tenantId)
        const words = fileNumberSpellings(fileNumber).map(fileWord)
        return all.flatMap(blinder => blinder.tokens(words))
      },
      letter: (tenantId: string, letter: string) => tokensOf(tenantId, letterWord(letter)),
      /** Of a beginning of family names, from two letters on (see shelvesOf). */
      shelf: (tenantId: string, beginning: string) => tokensOf(tenantId, `f:${beginning}`),
      /** The same for people of the same folded names and birth date, also where less of it is recorded than is known. */
      person: async (tenantId: string, person: Person): Promise<string[]> => {
        const { all } = await vault.blinders(tenantId)
        const dates = [10, 7, 4].map(length => person.birthDate?.slice(0, length) ?? null)
        const words = dates.map(birthDate => personWord({ ...person, birthDate }))
        return all.flatMap(blinder => blinder.tokens(words))
      },
      /**
       * Of a person whose birth date is known in part: the search tokens that those have together of whom more may be known, a
       * list a living index key. None where the whole date is known, or nothing of it.
       */
      moreExact: async (tenantId: string, person: Person): Promise<string[][]> => {
        const words = wordsOfPerson(person)
        if (!person.birthDate || isWholeDay(person.birthDate) || words.length < 2) return []
        return (await vault.blinders(tenantId)).all.map(blinder => blinder.tokens(words))
      },
    },
    index,
    seal: async (tenantId: string, id: string, profile: ClientProfile): Promise<SealedColumns> => ({
      profile_sealed: await vault.seal(profile, present(tenantId, id)),
      wrong_number: profile.phones.some(({ wrongSince }) => wrongSince),
      ...(await index(tenantId, profile)),
    }),
    open: (tenantId: string, id: string, sealed: Buffer) => vault.open<ClientProfile>(sealed, present(tenantId, id)),
    openAll: (tenant: string, rows: readonly { id: string; profile_sealed: Buffer }[]): Promise<ClientProfile[]> =>
      vault.openAll(
        rows.map(({ id, profile_sealed: sealed }) => ({ row: id, sealed })),
        { tenant, column: 'clients.profile_sealed' },
      ),
    sealEarlier: (tenantId: string, id: string, version: number, profile: ClientProfile) =>
      vault.seal(profile, earlier(tenantId, id, version)),
    openEarlier: (tenantId: string, id: string, version: number, sealed: Buffer) =>
      vault.open<ClientProfile>(sealed, earlier(tenantId, id, version)),
  }
}
export type Sealing = ReturnType<typeof createSealing>

const one = (blinder: Blinder, word: string) => blinder.tokens([word])[0]!
const fileWord = (fileNumber: string) => `u:${exactFileNumber(fileNumber)}`
const letterWord = (letter: string) => `l:${letter}`
const personWord = ({ givenNames, familyName, birthDate }: Person) =>
  `q:${fold(familyName)}|${fold(givenNames)}|${birthDate ?? ''}`

/** The letter a client stands under: the folded first one of the family name (Ł under L), or 'other'. */
export const letterOf = ({ familyName, givenNames }: Pick<ClientProfile, 'familyName' | 'givenNames'>): string =>
  /^[a-z]/.exec(fold(familyName || givenNames))?.[0] ?? 'other'
