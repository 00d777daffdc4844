import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import path from 'node:path'

/** `off`: this installation does without it. `note` is a key of a sentence that says more, `facts` its numbers and times. */
export type Health = 'right' | 'wrong' | 'off'
export type Look = { health: Health; version?: string; note?: string; facts?: Record<string, string | number | Date> }
export type Probe = () => Promise<Look>
export type Probed = Look & { name: string; ms: number }

const patienceMs = 4000
const tightShare = 0.1

/** Asks one part, for 4 s at most; a fault or silence is "wrong". */
export const probe = async (name: string, ask: Probe): Promise<Probed> => {
  const since = performance.now()
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<Look>(resolve => {
    timer = setTimeout(() => resolve({ health: 'wrong', note: 'installation:note.silent' }), patienceMs)
  })
  const asked = ask().catch((): Look => ({ health: 'wrong', note: 'installation:note.fault' }))
  const look = await Promise.race([asked, silence]).finally(() => clearTimeout(timer))
  return { name, ms: Math.round(performance.now() - since), ...look }
}

/** Whether a file can be written into a folder, and how much room its disk has left. */
export const folderProbe = (folder: string): Probe => {
  return async () => {
    const file = path.join(folder, `.probe-${randomUUID()}`)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(file, 'probe', { mode: 0o600 })
    await rm(file, { force: true })
    const { bavail, blocks } = await statfs(folder)
    const free = blocks > 0 ? bavail / blocks : 1
    const facts = { percent: Math.floor(free * 100) }
    return free < tightShare
      ? { health: 'wrong', note: 'installation:note.tight', facts }
      : { health: 'right', note: 'installation:note.free', facts }
  }
}
