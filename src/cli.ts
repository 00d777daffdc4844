import { Command, CommanderError } from 'commander'
import { addAuditCommands } from './cli/audit-commands.ts'
import { addBackupCommands } from './cli/backup-commands.ts'
import { addDemonstrationCommands } from './cli/demonstration-commands.ts'
import { addErasureCommands } from './cli/erasure-commands.ts'
import { addInstallationCommands } from './cli/installation-commands.ts'
import { addKeyPairCommand } from './cli/key-pair-command.ts'
import { addKeysCommands } from './cli/keys-commands.ts'
import { addRecoveryKitCommands } from './cli/recovery-kit-commands.ts'
import { addRestoreCommand } from './cli/restore-command.ts'
import { addTenantMoveCommands } from './cli/tenant-move-commands.ts'
import { addTenantCommands } from './cli/tenant-commands.ts'
import { report } from './start/terminal.ts'

const program = new Command('bin/ostoja')
  .description(
    'The operator’s command line of Ostoja. Settings come from the environment, see .env.example; beside a running bin/start none are needed.',
  )
  .showHelpAfterError('(bin/ostoja --help lists the commands)')
  .exitOverride()

addInstallationCommands(program)
addKeysCommands(program)
addTenantCommands(program)
addTenantMoveCommands(program)
addDemonstrationCommands(program)
addErasureCommands(program)
addRecoveryKitCommands(program)
addBackupCommands(program)
addRestoreCommand(program)
addKeyPairCommand(program)
addAuditCommands(program)

try {
  await program.parseAsync()
} catch (fault) {
  if (fault instanceof CommanderError) {
    process.exitCode = fault.exitCode // said already
  } else {
    report('bin/ostoja', fault)
    process.exitCode = 1
  }
}
