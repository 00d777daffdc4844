import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureSelfSigned } from './platform/tls/self-signed.ts'
import { lastLines, startChild, type Child } from './start/children.ts'
import { accountsFileOf, moveAccounts, readAccounts, tableOf } from './start/demonstration-accounts.ts'
import { completeEnvironment, dataDirOf, environmentFor, ownServices } from './start/environment.ts'
import { holdDataDir } from './start/lock.ts'
import { writeWhole } from './platform/whole-file.ts'
import { choosePort } from './start/ports.ts'
import { checkKeys, holdsTenants, ownerUrlOf, prepareDatabase, prepareKeys, prepareRoles } from './start/prepare.ts'
import { untilReady } from './start/ready.ts'
import { runToEnd } from './start/run-to-end.ts'
import { servicesDown, servicesUp } from './start/services.ts'
import { report, say } from './start/terminal.ts'
import { OperatorFault } from './platform/errors.ts'

/** Of the 5 s in which everything ends, what the web and worker processes may take before they are ended outright. */
const childPatience = 3_300
const readyPatience = 60_000

const dataDir = dataDirOf(process.env)
const services = ownServices(process.env)
const children: Child[] = []
const stopping = new AbortController()
let servicesTouched = false

/** Everything from an empty folder to a page that answers; throws as soon as a stop is asked for. */
const begin = async () => {
  servicesTouched = services.length > 0
  await step(() => servicesUp(dataDir, services))
  const connected = await step(() => completeEnvironment(process.env))

  await step(() => prepareRoles(connected))
  const madeKeys = await step(() => prepareKeys(connected))
  if (madeKeys.length > 0)
    say(`Made keys: ${madeKeys.join(', ')}. Without them the data cannot be read: keep a copy elsewhere.`)
  const isNew = !(await step(() => holdsTenants(ownerUrlOf(connected))))
  if (!isNew) await step(() => checkKeys(connected))
  const applied = await step(() => prepareDatabase(connected))
  if (applied.length > 0) say(`Brought the database up to date (${applied.length} migrations).`)

  const certificate = await step(() => prepareCertificate())
  const host = connected.HOST ?? '127.0.0.1'
  const port = await step(() => choosePort(connected.PORT, host))
  const url = `https://localhost:${port}`
  const env = {
    PUBLIC_URL: url,
    TLS_CERT_FILE: certificate.certFile,
    TLS_KEY_FILE: certificate.keyFile,
    ...connected,
    HOST: host,
    PORT: String(port),
  }

  await step(() => runToEnd('Building the pages’ assets', ['tools/build-assets.ts'], env, stopping.signal))
  await step(() => prepareDemonstration(env, url, isNew))
  await step(async () => {
    for (const part of ['web', 'worker'] as const) children.push(startChild(part, environmentFor(part, env), dataDir))
  })
  await step(() => becomeReady(port, certificate.certFile))

  const accounts = await step(() => moveAccounts(dataDir, url))
  if (accounts) say(`\nWho can sign in (kept in ${accountsFileOf(dataDir)}):\n${tableOf(accounts)}\n`)
  if (certificate.selfSigned) say('The certificate is of our own making, so the browser will warn once.')
  say('Ctrl-C ends everything; the data stays.')
  say(`Ostoja is ready: ${url}`)
}

/** One step; none begins once a stop was asked for. */
const step = async <T>(work: () => Promise<T>): Promise<T> => {
  stopping.signal.throwIfAborted()
  const result = await work()
  stopping.signal.throwIfAborted()
  return result
}

const prepareCertificate = async () => {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = process.env
  if (certFile && keyFile) return { certFile, keyFile, selfSigned: false }
  const { made: _, ...files } = await ensureSelfSigned(join(dataDir, 'tls'))
  return { ...files, selfSigned: true }
}

/**
 * Organisations and people to try Ostoja with, once; none on request (DEMONSTRATION=no), and never beside data of others.
 * A mark tells the next start that this one was interrupted.
 */
const prepareDemonstration = async (env: NodeJS.ProcessEnv, url: string, isNew: boolean) => {
  const unfinished = join(dataDir, 'demonstration-unfinished')
  if (env.DEMONSTRATION === 'no' || (await readAccounts(dataDir))) return
  if (!isNew && !existsSync(unfinished)) return
  say('Making demonstration data.')
  await writeWhole(unfinished, '')
  await runToEnd('Making demonstration data', ['src/cli.ts', 'demo', 'create', '--url', url], env, stopping.signal)
  await rm(unfinished, { force: true })
}

const becomeReady = async (port: number, certFile: string) => {
  const notReady = await Promise.race([untilReady(port, certFile, readyPatience), ended()])
  if (notReady) {
    throw new OperatorFault(
      `The web process did not become ready within ${readyPatience / 1000} s (${notReady}); see ${join(dataDir, 'logs')}.`,
    )
  }
}

/** Settles, with a fault, when a process ends that should go on. */
const ended = (): Promise<never> =>
  Promise.race(
    children.map(async child => {
      const how = await child.ended
      throw new OperatorFault(
        `The ${child.name} process ${how}; its log ${child.logFile} ends so:\n${lastLines(child.logFile)}`,
      )
    }),
  )

/** Ends what was started, in the order in which each needs the next. */
const end = async () => {
  await Promise.all(children.map(child => child.stop(childPatience)))
  if (servicesTouched) await servicesDown(dataDir)
}

const run = async (): Promise<number> => {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch(() => {
    throw new OperatorFault(`Cannot create the data folder ${dataDir}: set DATA_DIR to a folder you may write to.`)
  })
  const release = holdDataDir(dataDir)
  let code = 0
  try {
    await Promise.race([begin(), asked]) // a stop need not wait for the step in hand
    await Promise.race([asked, ended()])
  } catch (fault) {
    if (!stopping.signal.aborted) {
      report('bin/start', fault)
      code = 1
    }
  }
  try {
    stopping.abort()
    await end()
    if (code === 0) say('Everything has ended; the data is kept.')
  } catch (fault) {
    report('bin/start', fault)
    code = 1
  }
  release()
  return code
}

const asked = new Promise<void>(resolve => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stopping.signal.aborted) say('Ending…')
      stopping.abort()
      resolve()
    })
  }
})

try {
  process.exitCode = await run()
} catch (fault) {
  report('bin/start', fault)
  process.exitCode = 1
}
process.exit()
