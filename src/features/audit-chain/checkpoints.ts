import { z } from 'zod'
import { OperatorFault } from '../../platform/errors.ts'
import { readSigned, signedText } from '../../platform/vault/signed-text.ts'
import { uuidField } from '../../platform/web/ids.ts'
import type { ChainKeys } from './chain-keys.ts'
import type { Head } from './queries.ts'

const chain = z.object({
  tenantId: uuidField(),
  seals: z.number().int().min(1),
  events: z.number().int().min(0),
  head: z.string().regex(/^[0-9a-f]{32,64}$/),
})
const schema = z.object({ format: z.literal('ostoja-audit-checkpoint'), at: z.iso.datetime(), chains: z.array(chain) })

/** Where every chain ended at a moment. */
export type Checkpoint = z.infer<typeof schema>
export type ChainEnd = z.infer<typeof chain>

/** The newest one, in the backup store. */
export const checkpointName = 'audit-checkpoint.signed'

/** A checkpoint as text, signed with the chain's key. */
export const writeCheckpoint = async (keys: ChainKeys, at: Date, heads: readonly Head[]): Promise<string> => {
  const { id, key } = await keys.current()
  const value: Checkpoint = {
    format: 'ostoja-audit-checkpoint',
    at: at.toISOString(),
    chains: heads.map(({ tenantId, seals, events, head }) => ({ tenantId, seals, events, head })),
  }
  return signedText(value, { current: { id: String(id), key } }, 'audit checkpoint')
}

/** @throws OperatorFault where it was altered, or signed with a key that this database does not have */
export const readCheckpoint = async (keys: ChainKeys, text: string): Promise<Checkpoint> => {
  const signed = readSigned(text, await keys.named(), 'audit checkpoint')
  if (!signed.ok && signed.why === 'missing-root-key')
    throw new OperatorFault(
      `The checkpoint was signed with key ${signed.key} of the log’s chain, which this database does not have: it is of another installation, or the key was removed by hand.`,
    )
  const read = signed.ok ? schema.safeParse(signed.value) : null
  if (!read?.success) throw new OperatorFault('The checkpoint was altered or damaged; take another copy.')
  return read.data
}

/** Half of the head is enough to know it by, and short enough to be typed from a letter. */
const codeHead = 32

/** The end of one chain in a letter: how many seals, and the beginning of the last one's hash. */
export const codeOf = ({ seals, head }: Pick<ChainEnd, 'seals' | 'head'>): string =>
  `${seals}-${head.slice(0, codeHead)}`

/** @returns null where this is no code out of a letter */
export const readCode = (text: string): Pick<ChainEnd, 'seals' | 'head'> | null => {
  const [, seals, head] = /^(\d{1,15})-([0-9a-f]{32})$/i.exec(text.trim()) ?? []
  return seals && head ? { seals: Number(seals), head: head.toLowerCase() } : null
}
