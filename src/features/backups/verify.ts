import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ageMagic } from '../../platform/age/streams.ts'
import type { KeySource } from '../../platform/vault/key-files.ts'
import { Meter } from './meter.ts'
import { BackupFault } from './faults.ts'
import { manifest as schema, type Manifest } from './manifest.ts'
import type { Tell } from './needs.ts'
import { readSigned } from '../../platform/vault/signed-text.ts'
import type { Source } from './source.ts'

/**
 * Whether a backup is whole, as it was made, and of an installation whose root keys are here: every byte is read.
 * @throws BackupFault not-a-backup, manifest-missing, altered, cut or missing-root-key
 */
export const verifyBackup = async (source: Source, roots: Pick<KeySource, 'find'>, tell: Tell = () => undefined) => {
  const read = await readManifest(source, roots)
  const { size, sha256 } = read.file
  const there = await source.size()
  if (there === null || there < size) throw new BackupFault('cut', `${there ?? 0} of ${size} bytes`)
  if (there > size) throw new BackupFault('altered', `${there} bytes instead of ${size}`)
  const meter = new Meter({ hashed: true, tell: done => tell({ phase: 'check', done, total: size }) })
  await pipeline(await source.open(), meter, new Writable({ write: (_chunk, _encoding, done) => done() }))
  if (meter.bytes < size) throw new BackupFault('cut')
  if (meter.sha256() !== sha256) throw new BackupFault('altered')
  return read
}

/** The manifest, as the installation signed it. @throws BackupFault */
export const readManifest = async (source: Source, roots: Pick<KeySource, 'find'>): Promise<Manifest> => {
  const text = await source.manifest()
  if (text === null) throw new BackupFault((await isAge(source)) ? 'manifest-missing' : 'not-a-backup')
  const signed = readSigned(text, roots, 'backup manifest')
  if (!signed.ok && signed.why === 'missing-root-key') throw new BackupFault('missing-root-key', signed.key)
  const parsed = signed.ok ? schema.safeParse(signed.value) : null
  if (parsed?.success) return parsed.data
  throw new BackupFault(text.includes('ostoja-backup') || (await isAge(source)) ? 'altered' : 'not-a-backup')
}

/** The text of a manifest, as the installation signed it. @throws BackupFault */
export const readManifestText = (text: string, roots: Pick<KeySource, 'find'>): Manifest => {
  const signed = readSigned(text, roots, 'backup manifest')
  if (!signed.ok && signed.why === 'missing-root-key') throw new BackupFault('missing-root-key', signed.key)
  const parsed = signed.ok ? schema.safeParse(signed.value) : null
  if (!parsed?.success) throw new BackupFault('altered')
  return parsed.data
}

const isAge = async (source: Source): Promise<boolean> => {
  if (!(await source.size())) return false
  const stream = await source.open()
  for await (const chunk of stream) return (chunk as Buffer).subarray(0, ageMagic.length).toString() === ageMagic
  return false
}

/** Every root key that the data needs. @throws BackupFault missing-root-key */
export const requireRootKeys = ({ recoveryKit }: Manifest, roots: Pick<KeySource, 'find'>) => {
  const missing = recoveryKit.rootKeys.filter(id => !roots.find(id))
  if (missing.length > 0) throw new BackupFault('missing-root-key', missing.join(', '))
}
