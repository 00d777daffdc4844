import { randomBytes } from 'node:crypto'
import { link, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a small file, mode 0600: the whole of it, on the disk, or nothing, whenever the process is killed or the power
 * goes. Whoever reads it meanwhile finds what was there before.
 */
export const writeWhole = async (file: string, text: string): Promise<void> => {
  await beside(file, text, whole => rename(whole, file))
}

/** As writeWhole, of a file that is not there yet. @returns false where it is: that one stays as it is */
export const writeWholeOnce = async (file: string, text: string): Promise<boolean> => {
  try {
    await beside(file, text, whole => link(whole, file))
    return true
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw fault
  }
}

/** Each writer has a file of its own, so that two at once can't write into one another's. */
const beside = async (file: string, text: string, put: (whole: string) => Promise<void>) => {
  await sweep(file)
  const whole = `${file}.${randomBytes(6).toString('hex')}.new`
  try {
    await writeFile(whole, text, { mode: 0o600, flush: true, flag: 'wx' })
    await put(whole)
  } finally {
    await rm(whole, { force: true })
  }
  await persist(dirname(file))
}

/** Nobody takes so long over a small file: what is older was left by a process that was killed. */
const leftAfterMs = 60_000

/** A key that was destroyed must not live on in a file that nobody knows of. */
const sweep = async (file: string) => {
  const ours = (name: string) => name.startsWith(`${basename(file)}.`) && /\.[0-9a-f]{12}\.new$/.test(name)
  for (const name of (await readdir(dirname(file))).filter(ours)) {
    const path = join(dirname(file), name)
    const facts = await stat(path).catch(() => null)
    if (facts && Date.now() - facts.mtimeMs > leftAfterMs) await rm(path, { force: true })
  }
}

/** Waits until a file's bytes, or a folder's names, are on the disk. */
export const persist = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}
