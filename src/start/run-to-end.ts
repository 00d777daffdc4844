import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { OperatorFault } from '../platform/errors.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Runs one of this repository's programs until it ends.
 * @returns what it printed
 * @throws OperatorFault with its last words when it fails
 */
export const runToEnd = (what: string, args: string[], env: NodeJS.ProcessEnv, signal: AbortSignal) =>
  new Promise<string>((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      signal,
    })
    let output = ''
    let complaint = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve(output)
      else reject(new OperatorFault(`${what} failed (code ${code}).\n${essenceOf(complaint)}`.trim()))
    })
  })

/** What a program complained about, less the places in its own code. */
const essenceOf = (complaint: string) =>
  complaint
    .split('\n')
    .filter(line => line.trim() && !/^\s+at |^Node\.js v/.test(line))
    .slice(0, 10)
    .join('\n')
