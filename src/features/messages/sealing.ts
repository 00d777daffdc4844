import type { Vault } from '../../platform/vault/vault.ts'
import { indexWords } from './search/terms.ts'

type Sealed = { id: string; text_sealed: Buffer }
type Headed = { id: string; subject_sealed: Buffer }
const subjects = 'message_threads.subject_sealed'
const texts = 'messages.text_sealed'

/** Seals subjects and texts into rows and opens them again. */
export const createSealing = (vault: Vault) => ({
  sealSubject: (tenant: string, row: string, subject: string) =>
    vault.seal({ subject }, { tenant, column: subjects, row }),

  sealText: (tenant: string, row: string, text: string) => vault.seal({ text }, { tenant, column: texts, row }),

  /** What a message is found by, made with the current index key: the words of its text and of its thread's subject. */
  index: async (tenant: string, subject: string, text: string) => {
    const { current } = await vault.blinders(tenant)
    return { search_tokens: current.tokens(indexWords(`${subject} ${text}`)), index_key: current.keyId }
  },

  openSubjects: async (tenant: string, rows: readonly Headed[]): Promise<string[]> => {
    const sealed = rows.map(({ id, subject_sealed }) => ({ row: id, sealed: subject_sealed }))
    return (await vault.openAll<{ subject: string }>(sealed, { tenant, column: subjects })).map(one => one.subject)
  },

  openTexts: async (tenant: string, rows: readonly Sealed[]): Promise<string[]> => {
    const sealed = rows.map(({ id, text_sealed }) => ({ row: id, sealed: text_sealed }))
    return (await vault.openAll<{ text: string }>(sealed, { tenant, column: texts })).map(one => one.text)
  },
})
export type Sealing = ReturnType<typeof createSealing>
