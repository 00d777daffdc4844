import { flushCompileCache } from 'node:module'
import closeWithGrace from 'close-with-grace'
import { ConfigFault, readConfig, type Config } from './config.ts'
import { createApp, createFeatures, createPlatform, prepareToRun, type Features } from './composition.ts'
import { listen } from './http/listener.ts'
import { listenForMetrics } from './http/metrics-listener.ts'
import { OperatorFault } from './platform/errors.ts'
import { startWorker } from './platform/jobs/jobs.ts'

type Running = { close: () => Promise<void> }

const startWeb = async (config: Config, features: Features): Promise<Running> => {
  const { app } = createApp(features)
  const { certificate } = features.platform
  const listener = await listen(app, { host: config.host, port: config.port, certificate })
  features.platform.log.info({ port: listener.port }, 'web is listening')
  return {
    close: async () => {
      features.endStreams()
      await listener.close()
    },
  }
}

const startJobs = async (config: Config, features: Features): Promise<Running> => {
  const worker = await startWorker(config.databaseUrl, features, features.platform)
  const sealing = features.auditChain.start()
  features.platform.log.info('worker is waiting for jobs')
  return {
    close: async () => {
      features.backups.stop()
      await sealing.stop()
      await worker.stop()
    },
  }
}

/** Each process looks, so that a dead worker is noticed by those that live. */
const watchBackups = ({ backups, platform }: Features) => {
  const timer = setInterval(() => {
    backups.watch().catch((err: unknown) => platform.log.error({ err }, 'nobody could be told about the backups'))
  }, 60_000)
  return () => clearInterval(timer)
}

/** A worker that is a process of its own takes the next port, so that both may have the same settings. */
const startMetrics = async (
  { metrics }: Config,
  names: readonly string[],
  { platform }: Features,
): Promise<Running[]> => {
  if (!metrics) return []
  const port = metrics.port === 0 || names.includes('web') ? metrics.port : metrics.port + 1
  const listener = await listenForMetrics(platform.metrics, { host: metrics.host, port })
  platform.log.info({ port: listener.port }, 'metrics can be collected')
  return [listener]
}

const roles = { web: startWeb, worker: startJobs }

const run = async (names: string[]) => {
  const unknown = names.find(name => !(name in roles))
  if (names.length === 0 || unknown)
    throw new OperatorFault('Name what to run: "node src/main.ts web", "worker", or both')

  const config = readConfig(process.env)
  const platform = await createPlatform(config, { serves: names.includes('web') })
  const features = createFeatures(platform)
  await prepareToRun(features).catch(async (fault: unknown) => {
    await platform.close()
    throw fault
  })
  if (config.unverified.length > 0)
    platform.log.warn({ unverified: config.unverified }, 'nobody proves who is at the other end of these connections')
  const endWatch = watchBackups(features)
  const leave = await platform.presence.announce(names.join(' + '))
  const running = [
    ...(await startMetrics(config, names, features)),
    ...(await Promise.all(names.map(name => roles[name as keyof typeof roles](config, features)))),
  ]

  flushCompileCache() // a process that is killed outright leaves it as well

  closeWithGrace({ delay: 4000, logger: platform.log }, async ({ err }) => {
    if (err) platform.log.fatal({ err }, 'stopping after a fault')
    endWatch()
    await leave()
    await Promise.all(running.map(part => part.close()))
    await platform.close()
  })
}

try {
  await run(process.argv.slice(2))
} catch (fault) {
  if (!(fault instanceof OperatorFault || fault instanceof ConfigFault)) throw fault
  process.stderr.write(`${fault.message}\n`)
  process.exitCode = 1
}
