import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../src/platform/db/migrate.ts'
import { provision } from '../../src/platform/db/provision.ts'
import { parseNameValues } from '../../src/start/name-value-file.ts'
import { childrenOf, runProgram, stillLiving } from './processes.ts'
import { until } from './until.ts'

export type ServiceName = 'postgres' | 'redis'
export const waysToGo = ['stopped', 'frozen', 'killed'] as const
export type WayToGo = (typeof waysToGo)[number]

/**
 * A PostgreSQL or a Redis that only this test uses, so that it may be taken away. What it has confirmed it keeps when it is killed.
 */
export const startOwnService = async (name: ServiceName) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ostoja-own-'))
  const run = async (command: string, more: Record<string, string> = {}) => {
    const { code, output, complaint } = await runProgram('services', command.split(' '), { DATA_DIR: dataDir, ...more })
    if (code !== 0) throw new Error(complaint)
    return output
  }
  await run(`up ${name}`)
  const settings = parseNameValues(await run('env')) as Record<string, string>
  if (name === 'postgres') await prepareDatabase(settings)

  const pidOf = async () => {
    const file = name === 'postgres' ? 'postgres/data/postmaster.pid' : 'redis/redis.pid'
    return Number((await readFile(join(dataDir, file), 'utf8')).split('\n')[0])
  }
  let frozen: number[] = []

  const wake = () => {
    for (const pid of frozen)
      try {
        process.kill(pid, 'SIGCONT')
      } catch {
        // It has ended meanwhile, as a background process of PostgreSQL may.
      }
    frozen = []
  }

  return {
    /** The settings that lead an Ostoja to it. */
    env: settings,
    takeAway: async (way: WayToGo) => {
      const pid = await pidOf()
      if (way === 'frozen') {
        process.kill(pid, 'SIGSTOP')
        frozen = [pid, ...(await childrenOf(pid)).map(child => child.pid)]
        for (const child of frozen) process.kill(child, 'SIGSTOP')
        return
      }
      process.kill(pid, way === 'killed' ? 'SIGKILL' : name === 'postgres' ? 'SIGINT' : 'SIGTERM')
      await until(`${name} has ended`, async () => (await stillLiving([pid])).length === 0)
    },
    bringBack: async () => {
      if (frozen.length > 0) wake()
      else await run(`up ${name}`)
    },
    close: async () => {
      wake()
      await run('down')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
export type OwnService = Awaited<ReturnType<typeof startOwnService>>

const prepareDatabase = async (settings: Record<string, string>) => {
  const url = (setting: string) => settings[setting] ?? ''
  await provision({
    admin: url('ADMIN_DATABASE_URL'),
    owner: url('OWNER_DATABASE_URL'),
    app: url('DATABASE_URL'),
    signin: url('SIGNIN_DATABASE_URL'),
    backup: url('BACKUP_DATABASE_URL'),
    drill: url('DRILL_DATABASE_URL'),
  })
  await migrate(url('OWNER_DATABASE_URL'))
}
