import { Readable } from 'node:stream'
import { Command, CommanderError } from 'commander'
import { addAuditCommands } from '../../src/cli/audit-commands.ts'
import { addErasureCommands } from '../../src/cli/erasure-commands.ts'
import { addInstallationCommands } from '../../src/cli/installation-commands.ts'
import { addKeysCommands } from '../../src/cli/keys-commands.ts'
import { addRecoveryKitCommands } from '../../src/cli/recovery-kit-commands.ts'
import { addTenantCommands } from '../../src/cli/tenant-commands.ts'
import { addTenantMoveCommands } from '../../src/cli/tenant-move-commands.ts'
import { report } from '../../src/start/terminal.ts'
import type { Ostoja } from './ostoja.ts'
import { plainEnvironment, runProgram, type Ended } from './processes.ts'

/** The environment in which an operator works on the machine of this Ostoja. */
export const environmentOf = ({ database: { urls }, dataDir, config }: Ostoja): Record<string, string> => ({
  DATA_DIR: dataDir,
  DATABASE_URL: urls.app,
  SIGNIN_DATABASE_URL: urls.signin,
  OWNER_DATABASE_URL: urls.owner,
  BACKUP_DATABASE_URL: urls.backup,
  REDIS_URL: config.redisUrl,
  BACKUP_STORE: config.backups.store,
  BACKUP_KEYS_DIR: config.backups.keysDir,
})

/** Runs bin/ostoja as an operator on the machine of this Ostoja does, with `typed` at its standard input. */
export const command = (ostoja: Ostoja, args: string[], typed = ''): Promise<Ended> =>
  runProgram('ostoja', args, environmentOf(ostoja), typed)

let before: Promise<unknown> = Promise.resolve()

/**
 * Runs a command of bin/ostoja in this process, which takes a fraction of the time that a process of its own takes to
 * start. For tests that need many; one of each command should run as a program. One command runs at a time.
 */
export const commandHere = (args: string[], set: Record<string, string>, typed = ''): Promise<Ended> => {
  const running = before.then(() => runHere(args, set, typed))
  before = running
  return running
}

const runHere = async (args: string[], set: Record<string, string>, typed: string): Promise<Ended> => {
  const { env } = process
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!
  const output = capture(process.stdout)
  const complaint = capture(process.stderr)
  process.env = plainEnvironment(set)
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([Buffer.from(typed)]) })
  let code = 0
  try {
    await programOf().parseAsync(args, { from: 'user' })
  } catch (fault) {
    if (!(fault instanceof CommanderError)) report('bin/ostoja', fault)
    code = fault instanceof CommanderError ? fault.exitCode : 1
  } finally {
    Object.defineProperty(process, 'stdin', stdin)
    process.env = env
    output.end()
    complaint.end()
  }
  return { code, output: output.text(), complaint: complaint.text() }
}

const programOf = () => {
  const program = new Command('bin/ostoja').exitOverride()
  addInstallationCommands(program)
  addKeysCommands(program)
  addTenantCommands(program)
  addTenantMoveCommands(program)
  addErasureCommands(program)
  addRecoveryKitCommands(program)
  addAuditCommands(program)
  return program
}

/** Keeps what is written to a stream, instead of writing it. */
const capture = (stream: NodeJS.WriteStream) => {
  const write = stream.write.bind(stream)
  let text = ''
  stream.write = (piece: string | Uint8Array) => {
    text += piece.toString()
    return true
  }
  return {
    text: () => text,
    end: () => {
      stream.write = write
    },
  }
}
