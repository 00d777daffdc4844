import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { KeySource } from '../../platform/vault/key-files.ts'
import { BackupFault } from './faults.ts'
import { readSigned, signedText } from '../../platform/vault/signed-text.ts'
import type { Store } from './store/store.ts'

/**
 * The erasure ledger beside the backups, signed: whoever restores a backup after the machine is gone still knows who was erased
 * since. It holds ids and times.
 */
export const ledgerName = 'erasures.signed'

const content = z.object({ format: z.literal('ostoja-erasures'), ledger: z.string() })

/** Copies the ledger into the store where it has changed. @returns whether it was written */
export const copyLedger = async (
  file: string,
  store: Store,
  roots: KeySource,
  last: string | null,
): Promise<string | null> => {
  const ledger = await readFile(file, 'utf8').catch(() => null)
  if (ledger === null || ledger === last) return last
  const there = await store.read(ledgerName)
  const known = there && readSigned(await text(there), roots, 'erasure ledger')
  if (known?.ok && content.safeParse(known.value).data?.ledger === ledger) return ledger
  await store.write(
    ledgerName,
    Readable.from([signedText({ format: 'ostoja-erasures', ledger }, roots, 'erasure ledger')]),
  )
  return ledger
}

/** The text of the ledger in a signed copy. @throws BackupFault altered or missing-root-key */
export const readLedgerCopy = (copy: string, roots: Pick<KeySource, 'find'>): string => {
  const signed = readSigned(copy, roots, 'erasure ledger')
  if (!signed.ok && signed.why === 'missing-root-key') throw new BackupFault('missing-root-key', signed.key)
  const read = signed.ok ? content.safeParse(signed.value) : null
  if (!read?.success) throw new BackupFault('altered', ledgerName)
  return read.data.ledger
}
