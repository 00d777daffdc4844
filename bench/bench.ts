import { cpus } from 'node:os'
import { measureAudit } from './audit.ts'
import { measureBackup } from './backup.ts'
import { prepareGround, type Ground } from './ground.ts'
import { measureExport, measureImport, measureRotation, measureSignIn } from './heavy.ts'
import { memoryOf } from './load.ts'
import { readOptions, type Options } from './options.ts'
import { measureAlone, measurePages, measureTrigrams } from './pages.ts'
import { createReport, type Report } from './report.ts'
import { createClientsPath } from './saving.ts'
import { createWorld, type World } from './world.ts'

const say = (text: string) => process.stderr.write(`${text}\n`)

/** One part after another; a part that fails is told of, and the others go on. */
const carryOut = async (world: World, ground: Ground, options: Options, report: Report) => {
  const worker = await world.worker()
  report.fact('memory of the web process before, MB', memoryOf(ground.web.pid))
  const parts: Record<string, () => Promise<unknown>> = {
    pages: () => measurePages(ground, options, report),
    trigrams: () => measureTrigrams(ground, options, report),
    saving: async () =>
      report.row('Save a client', await createClientsPath(ground, { inFlight: 16, seconds: options.seconds })),
    'sign-in': () => measureSignIn(ground, report),
    import: () => measureImport(ground, options, report),
    export: () => measureExport(ground, worker, options, report),
    rotation: () => measureRotation(ground, report),
    backup: () => measureBackup(ground, worker, report),
    // Last: it ends the worker.
    audit: () => measureAudit(ground, worker, options, report),
  }
  for (const [name, part] of Object.entries(parts)) {
    if (options.only && !options.only.split(',').includes(name)) continue
    say(`Measuring: ${name}`)
    const began = performance.now()
    await part().catch((fault: unknown) => {
      report.notTaken(name, 'this part failed')
      say(String(fault instanceof Error ? fault.stack : fault))
    })
    report.fact(`memory of the web process after ${name}, MB`, memoryOf(ground.web.pid))
    report.fact(`${name} took, s`, (performance.now() - began) / 1000)
    if (options.json) await report.save(options.json) // what is measured is kept, whatever comes after
  }
  report.atMost('Memory of the web process after all that', memoryOf(ground.web.pid), 250, 'MB')
  report.atMost('Ready after start, migrations done', ground.web.readyMs / 1000, 2, 's')
  report.atMost('A session in Redis', await largestSession(world), 1024, 'bytes')
  for (const { child } of [ground.web, ground.floors, worker]) await world.end(child)
}

const largestSession = async ({ platform }: World): Promise<number> => {
  const keys = await platform.redis.keys('session:*')
  const sizes = await Promise.all(keys.map(key => platform.redis.memory('USAGE', key)))
  return Math.max(0, ...sizes.map(Number))
}

/** The same pages with ever more clients: the times for one against those of the smallest. */
const createGrowth = (world: World, options: Options, report: Report) => {
  const most = { view: 1.1, search: 1.5, list: 1.1, save: 1.2 }
  const taken: Awaited<ReturnType<typeof measureAlone>>[] = []

  const measure = async (clients: number) => {
    say(`Measuring: growth, ${clients} clients`)
    const ground = await prepareGround(world, clients, say)
    const alone = await measureAlone(ground, options)
    taken.push(alone)
    for (const [name, measured] of Object.entries(alone))
      report.row(`${name}, one in flight, ${clients} clients`, measured)
    if (clients === options.growth.at(-1)) await measureTrigrams(ground, options, report)
    await world.end(ground.web.child)
    await world.end(ground.floors.child)
  }

  return {
    to: async (sizes: readonly number[]) => {
      for (const clients of sizes) await measure(clients)
    },
    judge: () => {
      const [first, last] = [taken[0], taken.at(-1)]
      if (!first || !last) return
      for (const name of ['view', 'search', 'list', 'save'] as const)
        report.atMost(
          `Growth ${options.growth[0]} → ${options.growth.at(-1)} clients, ${name}`,
          last[name].p50 / first[name].p50,
          most[name],
        )
    },
  }
}

const options = readOptions(process.argv.slice(2))
const report = createReport()
report.fact('machine', `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`)
report.fact('node', process.version)
report.fact('clients', options.clients)
report.fact('taken', new Date().toISOString())
const world = await createWorld(options.keep)
try {
  // Sizes up to that of the other parts before these add to it, the greater ones, which would be in their way, after.
  const growth = createGrowth(world, options, report)
  await growth.to(options.growth.filter(clients => clients <= options.clients))
  if (options.only !== 'growth')
    await carryOut(world, await prepareGround(world, options.clients, say), options, report)
  await growth.to(options.growth.filter(clients => clients > options.clients))
  growth.judge()
} finally {
  await world.close()
}
process.stdout.write(`${report.text()}\n`)
if (options.json) await report.save(options.json)
