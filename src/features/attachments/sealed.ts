import type { Vault } from '../../platform/vault/vault.ts'
import { cautionOf, isImage, type Kind } from './kinds.ts'
import type { AttachmentRow } from './queries.ts'

/**
 * What is known of a file, its own key (base64) with it: sealed anew when the tenant's key turns, while the chunks stay. Each
 * chunk but the last holds `chunk` bytes of it.
 */
export type Facts = { name: string; kind: Kind; size: number; chunk: number; key: string }

/** A file as pages show it. `name` is empty where it came without one. */
export type Attachment = {
  id: string
  name: string
  kind: Kind
  size: number
  image: boolean
  caution: ReturnType<typeof cautionOf>
}

const column = 'attachments.facts_sealed'

export const createSeals = (vault: Pick<Vault, 'seal' | 'open' | 'openAll'>) => ({
  seal: (tenant: string, row: string, facts: Facts) => vault.seal(facts, { tenant, column, row }),

  open: ({ tenant_id: tenant, id: row, facts_sealed: sealed }: AttachmentRow): Promise<Facts> => {
    if (!sealed) throw new Error('this file is not all there yet')
    return vault.open<Facts>(sealed, { tenant, column, row })
  },

  /** Those that are all there, in their order. */
  openAll: async (tenant: string, rows: readonly AttachmentRow[]): Promise<(Attachment & { row: AttachmentRow })[]> => {
    const whole = rows.filter(({ facts_sealed: sealed }) => sealed !== null)
    const sealed = whole.map(row => ({ row: row.id, sealed: row.facts_sealed! }))
    const facts = await vault.openAll<Facts>(sealed, { tenant, column })
    return whole.map((row, index) => ({ ...shown(row.id, facts[index]!), row }))
  },
})
export type Seals = ReturnType<typeof createSeals>

const shown = (id: string, { name, kind, size }: Facts): Attachment => ({
  id,
  name,
  kind,
  size,
  image: isImage(kind),
  caution: cautionOf(name, kind),
})

/** What a chunk belongs to, as it is authenticated. */
export const fileOf = (tenantId: string, id: string) => `${tenantId}|attachment_chunks|bytes|${id}`
