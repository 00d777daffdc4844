import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { OperatorFault } from '../platform/errors.ts'
import { parseNameValues } from './name-value-file.ts'

const program = fileURLToPath(new URL('../../bin/services', import.meta.url))

/** Starts what is named of the data folder's own PostgreSQL and Redis; nothing when none is named. */
export const servicesUp = async (dataDir: string, services: readonly ('postgres' | 'redis')[]) => {
  if (services.length > 0) await run(dataDir, ['up', ...services])
}

/** Stops the data folder's own PostgreSQL and Redis cleanly. */
export const servicesDown = (dataDir: string) => run(dataDir, ['down'])

/** Connection settings of the data folder's running services. */
export const servicesEnv = async (dataDir: string) => parseNameValues(await run(dataDir, ['env']))

/** In a process group of its own, so that Ctrl-C in the terminal never cuts it off half-way. */
const run = (dataDir: string, args: string[]) =>
  new Promise<string>((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    let complaint = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
    child.on('error', reject)
    // Not 'close': a server it started may have inherited the pipes.
    child.on('exit', code => {
      if (code === 0) resolve(output)
      else
        reject(
          new OperatorFault(
            complaint.trim().replace(/^bin\/services: /, '') || `bin/services ${args.join(' ')} failed.`,
          ),
        )
    })
  })
