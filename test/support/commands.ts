import type { Ostoja } from './ostoja.ts'
import { runProgram, type Ended } from './processes.ts'

/** Runs bin/ostoja as an operator on the machine of this Ostoja does, with `typed` at its standard input. */
export const command = ({ database: { urls }, dataDir, config }: Ostoja, args: string[], typed = ''): Promise<Ended> =>
  runProgram(
    'ostoja',
    args,
    {
      DATA_DIR: dataDir,
      DATABASE_URL: urls.app,
      SIGNIN_DATABASE_URL: urls.signin,
      OWNER_DATABASE_URL: urls.owner,
      BACKUP_DATABASE_URL: urls.backup,
      REDIS_URL: config.redisUrl,
      BACKUP_STORE: config.backups.store,
      BACKUP_KEYS_DIR: config.backups.keysDir,
    },
    typed,
  )
