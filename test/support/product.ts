import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram, startProgram } from './processes.ts'

export type DemoAccount = { tenant: string; role: string; login: string; password: string; url: string }

const firstStartMs = 120_000

/**
 * The product as bin/start runs it on an empty data folder of its own: services, web, worker, demonstration data, logs.
 * @param settings environment variables besides
 */
export const startProduct = async (settings: Record<string, string> = {}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ostoja-product-'))
  const program = startProgram('start', { ...settings, DATA_DIR: dataDir, PORT: '0' })
  await program.says('Ostoja is ready: https://', firstStartMs)
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
