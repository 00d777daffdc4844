import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFeatures, createPlatform } from '../src/composition.ts'
import { readConfig } from '../src/config.ts'
import { heapFlags, mallocSettings } from '../src/start/memory.ts'
import { choosePort } from '../src/start/ports.ts'
import { prepareDatabase, prepareKeys } from '../src/start/prepare.ts'
import { servicesDown, servicesEnv, servicesUp } from '../src/start/services.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
export const proxied = { 'X-Forwarded-Proto': 'https' }

export type Process = { child: ChildProcess; pid: number; url: string; readyMs: number }

/**
 * An Ostoja of the benchmark's own: PostgreSQL and Redis on free ports, keys, an empty database, and processes of the
 * product in production mode, behind what plays the TLS proxy: the floors speak plain HTTP as well.
 * @param kept a folder that stays, with its data, for the next run; null for one that goes in the end
 */
export const createWorld = async (kept: string | null) => {
  const dataDir = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), 'ostoja-bench-'))
  const children: ChildProcess[] = []
  await servicesUp(dataDir, ['postgres', 'redis'])
  const services = await servicesEnv(dataDir)
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    DATA_DIR: dataDir,
    ROOT_KEYS_FILE: join(dataDir, 'keys/root-keys'),
    PEPPERS_FILE: join(dataDir, 'keys/peppers'),
    HOST: '127.0.0.1',
    TRUSTED_PROXIES: '127.0.0.1',
    ...services,
  }
  await prepareDatabase(env)
  await prepareKeys(env)
  if (!existsSync(join(root, 'public/assets'))) throw new Error('Build the assets first: npm run build')

  const platform = await createPlatform(readConfig({ ...env, LOG_LEVEL: 'error' }))
  const features = createFeatures(platform)
  await features.tenants.prepareInstallation()

  const run = async (name: string, script: string[], more: NodeJS.ProcessEnv, path: string): Promise<Process> => {
    const port = await choosePort(undefined, '127.0.0.1')
    const url = `http://127.0.0.1:${port}`
    const log = openSync(join(dataDir, `${name}.log`), 'a')
    const started = performance.now()
    const child = spawn(
      process.execPath,
      [...(process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir', '/tmp/prof-' + name] : []), ...script],
      {
        cwd: root,
        env: { ...mallocSettings, ...env, ...more, PORT: String(port) },
        stdio: ['ignore', log, log],
      },
    )
    children.push(child)
    if (path) await untilAnswers(`${url}${path}`, child)
    return { child, pid: child.pid!, url, readyMs: performance.now() - started }
  }

  return {
    dataDir,
    env,
    features,
    platform,
    adminUrl: onDatabase(services.ADMIN_DATABASE_URL ?? '', services.OWNER_DATABASE_URL ?? ''),
    web: () => run('web', [...heapFlags, 'src/main.ts', 'web'], {}, '/health/ready'),
    worker: () => run('worker', [...heapFlags, 'src/main.ts', 'worker'], {}, ''),
    floors: (more: NodeJS.ProcessEnv) => run('floors', ['bench/floors.ts'], more, '/bare'),
    end,
    close: async () => {
      await Promise.all(children.map(end))
      await platform.close()
      await servicesDown(dataDir)
      if (!kept) await rm(dataDir, { recursive: true, force: true })
    },
  }
}
export type World = Awaited<ReturnType<typeof createWorld>>

const end = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

const untilAnswers = async (url: string, child: ChildProcess) => {
  for (let tries = 0; tries < 3000; tries++) {
    if (child.exitCode !== null) throw new Error(`A process ended before it answered: see its log`)
    const ok = await fetch(url, { headers: proxied }).then(
      answer => answer.ok,
      () => false,
    )
    if (ok) return
    await new Promise(done => setTimeout(done, 10))
  }
  throw new Error(`${url} never answered`)
}

/** The same server and login, on the database of another address. */
export const onDatabase = (url: string, as: string) => {
  const changed = new URL(url)
  changed.pathname = new URL(as).pathname
  return changed.href
}
