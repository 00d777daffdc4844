import { spawn } from 'node:child_process'
import type { Config } from '../../src/config.ts'
import { heapFlags, mallocSettings } from '../../src/start/memory.ts'
import { follow, plainEnvironment, root } from './processes.ts'

/** A web process as production starts it, `node src/main.ts web` with the same memory settings, on a free port, behind a proxy of this machine. */
export const startWebProcess = async (config: Config) => {
  const program = follow(
    spawn(process.execPath, [...heapFlags, `${root}src/main.ts`, 'web'], {
      env: plainEnvironment({ ...mallocSettings, ...environmentOf(config) }),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  await program.says('web is listening')
  const port = /"port":(\d+)/.exec(program.output())?.[1] ?? ''
  const { pid, end } = program
  return { url: `https://localhost:${port}`, pid, end, close: () => end('SIGTERM') }
}

const environmentOf = (config: Config) => ({
  NODE_ENV: 'production',
  DATA_DIR: config.dataDir,
  DATABASE_URL: config.databaseUrl,
  SIGNIN_DATABASE_URL: config.signinDatabaseUrl,
  REDIS_URL: config.redisUrl,
  TLS_CERT_FILE: config.tls?.certFile ?? '',
  TLS_KEY_FILE: config.tls?.keyFile ?? '',
  TRUSTED_PROXIES: 'loopback',
  PORT: '0',
})
