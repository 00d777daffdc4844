import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setting } from './database.ts'
import { runProgram, startProgram } from './processes.ts'

export type DemoAccount = { tenant: string; role: string; login: string; password: string; url: string }

/** The data folder that every product of this test run starts from: services, keys and demonstration data are made once. */
const prepared = () => join(setting('DATA_DIR'), 'product')

/** Keeps a copy of a data folder, whose product has ended, for what is started later in this test run. */
export const keepPrepared = async (dataDir: string) => {
  if (existsSync(prepared())) return
  const copy = await mkdtemp(`${prepared()}-`)
  await copyDataDir(dataDir, copy)
  // Whoever was first has made the same.
  await rename(copy, prepared()).catch(() => rm(copy, { recursive: true, force: true }))
}

/** Copies the data folder of a product that has ended, with owners and rights: only `cp` keeps them. */
export const copyDataDir = (from: string, to: string) => promisify(execFile)('cp', ['-a', `${from}/.`, to])

/**
 * The product as bin/start runs it on a data folder of its own: services, web, worker, demonstration data, logs.
 * @param settings environment variables besides
 */
export const startProduct = async (settings: Record<string, string> = {}) => {
  if (!existsSync(prepared())) await prepare()
  const dataDir = await mkdtemp(join(tmpdir(), 'ostoja-product-'))
  await copyDataDir(prepared(), dataDir)
  const program = startProgram('start', { ...settings, DATA_DIR: dataDir, PORT: '0' })
  await program.says('Ostoja is ready: https://')
  const accounts = JSON.parse(await readFile(join(dataDir, 'demo-accounts.json'), 'utf8')) as DemoAccount[]
  const { output } = await runProgram('services', ['env'], { DATA_DIR: dataDir })
  const services = Object.fromEntries(
    output
      .trim()
      .split('\n')
      .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

  return {
    dataDir,
    url: accounts[0]!.url,
    accounts,
    services,
    stop: () => program.end('SIGTERM'),
    remove: () => rm(dataDir, { recursive: true, force: true }),
  }
}
export type Product = Awaited<ReturnType<typeof startProduct>>

const prepare = async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ostoja-product-'))
  const program = startProgram('start', { DATA_DIR: dataDir, PORT: '0', OSTOJA_THROWAWAY: '1' })
  await program.says('Ostoja is ready: https://')
  await program.end('SIGTERM')
  await keepPrepared(dataDir)
  await rm(dataDir, { recursive: true, force: true })
}
