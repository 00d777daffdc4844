import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setting } from './database.ts'

const run = promisify(execFile)
const asRoot = userInfo().uid === 0

/** As whom PostgreSQL runs: it refuses to run as root. */
const postgresUser = async () => {
  if (!asRoot) return null
  const ask = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  return { uid: await ask('-u'), gid: await ask('-g') }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

type Files = { certFile: string; keyFile: string }
type Store = { port: number; close: () => Promise<void> }

const ending = (child: ChildProcess, folder: string, signal: NodeJS.Signals) => async () => {
  if (child.exitCode === null) {
    child.kill(signal)
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
}

/** A PostgreSQL of its own that speaks to nobody without TLS; login and password are `postgres` and `secret`. */
export const startTlsPostgres = async ({ certFile, keyFile }: Files): Promise<Store> => {
  const folder = await mkdtemp(join(tmpdir(), 'ostoja-tls-postgres-'))
  const user = await postgresUser()
  const own = async (file: string, mode: number) => {
    await chmod(file, mode)
    if (user) await chown(file, user.uid, user.gid)
  }
  const [cert, key, password, data] = ['cert', 'key', 'password', 'data'].map(name => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  await copyFile(certFile, cert)
  await copyFile(keyFile, key)
  await writeFile(password, 'secret\n')
  for (const file of [cert, key, password]) await own(file, 0o600)
  await own(folder, 0o700)

  const as = user ?? {}
  const programs = setting('PG_BIN')
  const making = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${password}`,
    '--locale=C',
    '-E',
    'UTF8',
  ]
  await run(join(programs, 'initdb'), [...making, '--no-sync'], { ...as, cwd: folder })
  await writeFile(join(data, 'pg_hba.conf'), 'hostssl all all all scram-sha-256\n')
  const port = await freePort()
  const settings = [
    ['listen_addresses', '*'],
    ['unix_socket_directories', ''],
    ['ssl', 'on'],
    ['ssl_cert_file', cert],
    ['ssl_key_file', key],
    ['fsync', 'off'],
  ].flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...as,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await says(child, 'ready to accept connections')
  return { port, close: ending(child, folder, 'SIGQUIT') }
}

/** A Redis of its own that speaks TLS only. */
export const startTlsRedis = async ({ certFile, keyFile }: Files): Promise<Store> => {
  const folder = await mkdtemp(join(tmpdir(), 'ostoja-tls-redis-'))
  const port = await freePort()
  const settings = {
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': certFile,
    'tls-key-file': keyFile,
    'tls-ca-cert-file': certFile,
    'tls-auth-clients': 'no',
    'tls-protocols': 'TLSv1.2 TLSv1.3',
    bind: '* -::*',
    'protected-mode': 'no',
    requirepass: 'secret',
    save: '',
    dir: folder,
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  await says(child, 'Ready to accept connections')
  return { port, close: ending(child, folder, 'SIGKILL') }
}

/** Waits until a server says that it is there. @throws Error with all it said, where it ends instead */
const says = (child: ChildProcess, text: string) =>
  new Promise<void>((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes(text)) resolve()
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', () => reject(new Error(said)))
  })
