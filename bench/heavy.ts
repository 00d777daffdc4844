import { setTimeout as pause } from 'node:timers/promises'
import type { Actor } from '../src/platform/actor.ts'
import { newAccount, openDoor, signIn } from './browser.ts'
import { ageRate, argonRate, copyRate, resealRate } from './floor-work.ts'
import { askProduct, type Ground } from './ground.ts'
import { forgetPeak, measure, peakOf, type Load } from './load.ts'
import type { Options } from './options.ts'
import { personAt } from './people.ts'
import type { Report } from './report.ts'
import type { Process } from './world.ts'

/** What pages take while `work` goes on, against what they take by themselves. */
const pagesMeanwhile = async (ground: Ground, work: () => Promise<unknown>, seconds = 5) => {
  const paths = ground.people.map(person => `/clients/${person.id}`)
  const load = { inFlight: 2, seconds }
  const alone = await askProduct(ground, paths, load)
  const working = work()
  await pause(500)
  const meanwhile = await askProduct(ground, paths, load)
  await working
  return meanwhile.p99 / alone.p99
}

/** Twenty people sign in at once, again and again, each in the browser they always use. */
export const measureSignIn = async (ground: Ground, report: Report) => {
  const { world, web, tenantId } = ground
  const people: { login: string; password: string; device: string }[] = []
  for (let index = 0; index < 20; index++) {
    const account = await newAccount(world, tenantId, 100 + index)
    people.push({ ...account, device: (await signIn(web.url, account)).device })
  }
  const signings = async (times: number) => {
    const doors: { headers: Record<string, string>; body: string }[] = []
    for (let time = 0; time < times; time++)
      for (const { login, password, device } of people) {
        const { headers, token } = await openDoor(web.url, device)
        doors.push({ headers, body: new URLSearchParams({ _csrf: token, login, password }).toString() })
      }
    const targets = doors.map(({ body }) => ({ method: 'POST' as const, path: '/sign-in', body }))
    const headers = doors.map(door => door.headers)
    const load: Load = {
      url: web.url,
      headers,
      targets,
      inFlight: 20,
      seconds: 60,
      once: true,
      expects: { status: 303 },
    }
    return () => measure(load, web.pid)
  }
  const bare = await argonRate(100)
  const signing = await (await signings(10))()
  report.row('Bare Argon2id, 32 MiB, 3 passes', { perSecond: bare })
  report.row('Sign-in, 20 at once', signing)
  report.atLeast('Sign-in: throughput of bare Argon2id', signing.perSecond / bare, 0.85)
  report.atMost('Other pages’ p99 while 20 people sign in', await pagesMeanwhile(ground, await signings(15)), 2)
}

/** A spreadsheet, from its start to its last row, by the worker; against sealing, indexing and COPY of as many. */
export const measureImport = async (ground: Ground, { importRows }: Options, report: Report) => {
  const { world, tenantId, database, browsers } = ground
  const { imports } = world.features
  const actor: Actor = { tenantId, accountId: browsers[0]!.accountId, roles: ['staff'] }
  const seed = Date.now() % 1_000_000 // a world that is kept has those of the last run
  const lines = Array.from({ length: importRows }, (_, index) => {
    const { givenNames, familyName, birthDate, phone } = personAt(seed, index)
    return [givenNames, familyName, birthDate, phone].join(';')
  })
  const file = Buffer.from(['Imię;Nazwisko;Data urodzenia;Telefon', ...lines].join('\n'))
  const came = await imports.upload(
    actor,
    'osoby.csv',
    (async function* () {
      yield file
    })(),
  )
  if (!came.ok) throw came.fault
  const { importId } = came
  const { reading } = await imports.columns(actor, importId)
  const untilDone = async () => {
    while (!(await imports.progress(actor, importId)).done) await pause(100)
  }
  await imports.chooseColumns(actor, importId, reading)
  await untilDone()
  await imports.start(actor, importId)
  await untilDone()
  const { started_at: started, finished_at: done, result } = await imports.view(actor, importId)
  if (result.counts.new < importRows / 2) throw new Error(`Only ${result.counts.new} rows went in`)
  const perSecond = (importRows * 1000) / (done!.getTime() - started!.getTime())
  const bare = await copyRate(world.platform, database, tenantId, importRows)
  report.row(`Bare seal, index and COPY of ${importRows}`, { perSecond: bare })
  report.row(`Import of ${importRows} rows`, { perSecond })
  report.atLeast('Import: rate of bare seal, index and COPY', perSecond / bare, 0.5)
}

/** An export of everybody, by the worker, from being asked for to being whole on the disk; against `age` alone on as many bytes. */
export const measureExport = async (ground: Ground, worker: Process, { rounds }: Options, report: Report) => {
  const { features } = ground.world
  const actor: Actor = {
    tenantId: ground.tenantId,
    accountId: ground.browsers[0]!.accountId,
    roles: ['security_officer'],
  }
  const once = async (): Promise<{ plain: number; perSecond: number }> => {
    const { id } = (await features.exports.request(actor, {
      passphrase: 'cztery-konie-jadą-przez-zielony-las',
      keyIds: [],
      format: 'viewer',
      language: 'pl',
    }))!
    for (;;) {
      const { status, size, created_at: asked, finished_at: done } = await features.exports.find(actor, id)
      if (status === 'failed') throw new Error('The export failed: see worker.log')
      const plain = (Number(size) * 57) / 77
      if (status === 'ready') return { plain, perSecond: (plain * 1000) / (done!.getTime() - asked.getTime()) }
      await pause(50)
    }
  }
  const made: number[] = []
  const bare: number[] = []
  forgetPeak(worker.pid)
  for (let round = 0; round < rounds; round++) {
    const { plain, perSecond } = await once()
    made.push(perSecond)
    bare.push(await ageRate(plain))
  }
  report.row('age alone, MB', { perSecond: middle(bare) / 1e6 })
  report.row(`Export of ${2 * ground.clients} contacts, MB`, { perSecond: middle(made) / 1e6 })
  report.atLeast('Export: rate of age alone', middle(made) / middle(bare), 0.7)
  report.atMost('Pages’ p99 while an export is made', await pagesMeanwhile(ground, once, ground.clients / 20_000), 2)
  report.atMost('Memory of the worker during exports, at most', peakOf(worker.pid), 250, 'MB')
}

/** The data key of the tenant turns, first by itself and then while pages are asked for; the old one goes at once, so that it can turn again. */
export const measureRotation = async (ground: Ground, report: Report) => {
  const { world, tenantId } = ground
  const turn = async (load: number) => {
    let [rows, began, last] = [0, performance.now(), 0]
    await world.features.encryptionKeys.rotate('data', {
      tenantId,
      load,
      atOnce: true,
      tell: progress => {
        if ('total' in progress) began = performance.now()
        if (!('moved' in progress) || progress.moved === 0) return
        rows += progress.moved
        last = performance.now()
      },
    })
    return (rows * 1000) / (last - began)
  }
  // Not longer than the rows last: at half the time, some 10,000 a second are sealed anew.
  const seconds = Math.min(5, ground.clients / 10_000)
  const bare = await resealRate(world.platform, tenantId, 50_000)
  const perSecond = await turn(1)
  report.row('Bare open and seal', { perSecond: bare })
  report.row('Data key rotation, rows', { perSecond })
  report.atLeast('Rotation: rate of bare open and seal', perSecond / bare, 0.5)
  report.atMost('Pages’ p99 while a data key turns', await pagesMeanwhile(ground, () => turn(0.5), seconds), 2)
}

const middle = (figures: number[]) => figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)]!
