import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BackupFault } from '../faults.ts'

const run = promisify(execFile)

export type Tool = { path: string; version: string; major: number }
type Name = 'pg_dump' | 'pg_restore'

/** Where Debian and Homebrew keep the programs of each version beside each other. */
const families = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']

/** As fittingTool, of listTools. */
export const findTool = async (name: Name, atLeast: number, pgBin: string | null): Promise<Tool> =>
  fittingTool(name, await listTools(name, pgBin), atLeast)

/** The versions of a program of PostgreSQL that are here. @param pgBin a folder to look in first */
export const listTools = async (name: Name, pgBin: string | null): Promise<Tool[]> => {
  const folders = [...(pgBin ? [pgBin] : []), ...(await versionFolders())]
  const candidates = [...folders.map(folder => join(folder, name)), name]
  return (await Promise.all(candidates.map(askVersion))).flatMap(tool => tool ?? [])
}

/**
 * The program that is of the server's version, or of the next newer one there is. An older pg_dump refuses a newer server, and has
 * been known to leave an empty file behind.
 * @param atLeast the major version needed
 * @throws BackupFault tool-missing, saying which versions there are
 */
export const fittingTool = (name: Name, found: readonly Tool[], atLeast: number): Tool => {
  const [fit] = found.filter(({ major }) => major >= atLeast).sort((one, other) => one.major - other.major)
  if (fit) return fit
  const versions = [...new Set(found.map(({ major }) => major))].join(', ') || 'none'
  throw new BackupFault('tool-missing', `${name} ${atLeast} or newer is needed; here are: ${versions}`)
}

const versionFolders = async (): Promise<string[]> => {
  const listed = await Promise.all(
    families.map(async family => {
      const names = await readdir(family).catch(() => [])
      return names.filter(each => /^(\d+|postgresql.*|libpq)$/.test(each)).map(each => join(family, each, 'bin'))
    }),
  )
  return listed.flat()
}

const askVersion = async (path: string): Promise<Tool | null> => {
  const said = await run(path, ['--version'], { timeout: 10_000 }).catch(() => null)
  const version = /\) (\S+)/.exec(said?.stdout ?? '')?.[1]
  return version ? { path, version, major: Number.parseInt(version, 10) } : null
}

/**
 * How one of the programs is told where to connect: the password goes by the environment, since anybody on the machine may list
 * the arguments of a process.
 */
export const connectionOf = (url: string): { dbname: string; env: NodeJS.ProcessEnv } => {
  const place = new URL(url)
  const password = decodeURIComponent(place.password)
  place.password = ''
  const { PATH, HOME, LANG } = process.env
  // Where no authority is named, our own connections believe the well-known ones; these programs have to be told to.
  const wellKnown = place.searchParams.get('sslmode') === 'verify-full' && !place.searchParams.has('sslrootcert')
  const trust = wellKnown ? { PGSSLROOTCERT: 'system' } : {}
  return { dbname: place.href, env: { PATH, HOME, LANG, PGPASSWORD: password, PGAPPNAME: 'ostoja backup', ...trust } }
}
