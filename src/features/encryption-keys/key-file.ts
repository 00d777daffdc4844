import { chown, readFile, rm, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { OperatorFault } from '../../platform/errors.ts'
import { freshKey, isKeyId, readKeys, writeKeys, type NamedKey } from '../../platform/vault/key-files.ts'
import { writeWhole } from '../../platform/whole-file.ts'

/** `settleMs`: a change of the file is known to every process that follows it after at most this long. */
export type KeyFile = { path: string; settleMs: number }
/** What a turning tells on its way. */
export type FileStep = { step: 'announced'; id: string; waitMs: number } | { step: 'current'; id: string }

/** The id of the key that is to become the first one stands here until it is, so that a turning that was cut short goes on. */
const markerOf = (path: string) => `${path}.coming`

/** The key that is on its way to become the first one, if any. A marker that names none, as of a torn write, is none. */
export const comingKey = async (path: string): Promise<string | null> => {
  try {
    const id = await readFile(markerOf(path), 'utf8')
    return isKeyId(id) ? id : null
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw fault
  }
}

/**
 * Adds a key to a key file and makes it the first: as the second line, until every process that follows the file knows
 * it, then as the first. What is signed or sealed with it never meets a process that has not heard of it.
 * @param announceOnly leave it the second line, so that the file can be copied to other machines; the next call goes on
 * @throws OperatorFault where the file may not be written
 */
export const turnKeyFile = async (
  { path, settleMs }: KeyFile,
  tell: (step: FileStep) => void,
  { announceOnly = false } = {},
): Promise<'current' | 'announced'> => {
  try {
    const fresh = freshKey()
    const id = (await comingKey(path)) ?? (await mark(path, fresh.id))
    if (!(await readKeys(path)).find(id)) {
      const [current, ...older] = (await readKeys(path)).all
      await write(path, [current!, { ...fresh, id }, ...older])
      await mark(path, id)
    }
    const waitMs = Math.max(0, (await stat(markerOf(path))).mtimeMs + settleMs - Date.now())
    tell({ step: 'announced', id, waitMs })
    if (announceOnly) return 'announced'
    await pause(waitMs)

    const { all } = await readKeys(path)
    const key = all.find(known => known.id === id)!
    if (all[0] !== key) await write(path, [key, ...all.filter(other => other !== key)])
    await rm(markerOf(path), { force: true })
    tell({ step: 'current', id })
    return 'current'
  } catch (fault) {
    throw readable(path, fault)
  }
}

/** Takes keys out of a key file; the first one stays. @returns the ids taken out */
export const dropKeys = async (path: string, unused: (key: NamedKey) => boolean): Promise<string[]> => {
  try {
    const coming = await comingKey(path)
    const [current, ...others] = (await readKeys(path)).all
    const dropped = others.filter(key => key.id !== coming && unused(key))
    if (dropped.length > 0) await write(path, [current!, ...others.filter(key => !dropped.includes(key))])
    return dropped.map(({ id }) => id)
  } catch (fault) {
    throw readable(path, fault)
  }
}

const mark = async (path: string, id: string) => {
  await writeWhole(markerOf(path), id)
  return id
}

/** The file stays its owner's, whoever turns the key. */
const write = async (path: string, keys: readonly NamedKey[]) => {
  const { uid, gid } = await stat(path)
  await writeKeys(path, keys)
  const now = await stat(path)
  if (now.uid !== uid || now.gid !== gid) await chown(path, uid, gid)
}

const readable = (path: string, fault: unknown): unknown =>
  ['EACCES', 'EPERM', 'EROFS', 'EBUSY'].includes((fault as NodeJS.ErrnoException).code ?? '')
    ? new OperatorFault(
        `${path}: this program may not write here; run the command as a user who may, where the file is kept.`,
      )
    : fault
