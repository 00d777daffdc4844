import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/platform/actor.ts'
import { dayAfter, dayIn, localStamp, zonedStamp } from '../../src/platform/time/wall-clock.ts'
import { severalAtOnce } from '../support/at-once.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { fetchPdf, filePassphrase, openAge } from '../support/sealed-files.ts'
import { namesZone, timesIn, waysToShow } from '../support/times.ts'
import { until } from '../support/until.ts'
import { furnish, type World } from '../support/world.ts'

// The process and the installation are in zones of their own.
const moments = [
  ['America/New_York', 'the hour that clocks skip', '2027-03-14T07:00:20Z'],
  ['Pacific/Auckland', 'the hour that comes twice, its second time', '2027-04-03T14:30:20Z'],
  ['Pacific/Auckland', 'just after midnight', '2027-06-30T12:00:20Z'],
  ['Europe/Warsaw', 'just after midnight', '2027-10-30T22:00:20Z'],
  ['Europe/Warsaw', 'the hour that comes twice, its second time', '2027-10-31T01:30:20Z'],
  ['America/New_York', 'just before midnight', '2027-12-01T04:58:20Z'],
] as const
const processZone = process.env.TZ

let ostoja: Ostoja
beforeAll(async () => {
  process.env.TZ = 'Asia/Kathmandu'
  ostoja = await startOstoja({ env: { TIME_ZONE: 'Asia/Tokyo' } })
})
afterAll(async () => {
  if (processZone === undefined) delete process.env.TZ
  else process.env.TZ = processZone
  await ostoja.close()
})

/** Moves all that the database holds of a tenant, as if it had been made later. */
const shiftTimes = async (tenantId: string, ms: number) => {
  const admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  try {
    const { rows } = await admin.query<{ name: string; columns: string[] }>(
      `select table_name as name, array_agg(column_name::text) as columns from information_schema.columns c
        where table_schema = 'public' and data_type = 'timestamp with time zone' and exists (
          select from information_schema.columns o where o.table_schema = 'public' and o.table_name = c.table_name and o.column_name = 'tenant_id')
        group by 1`,
    )
    await admin.query('begin')
    await admin.query('set local session_replication_role = replica')
    for (const { name, columns } of rows)
      await admin.query(
        `update ${name} set ${columns.map(column => `${column} = ${column} + $2 * interval '1 ms'`).join(', ')} where tenant_id = $1`,
        [tenantId, ms],
      )
    await admin.query('commit')
  } finally {
    await admin.end()
  }
}

const hourMs = 60 * 60_000
const now = () => ostoja.platform.clock()
const roles = ['staff', 'administrator', 'security_officer'] as const

/** Where times are evidence: they name their zone. */
const evidence = [
  '/clients/:clientId/history',
  '/clients/:clientId/contact-history',
  '/clients/:clientId/calls',
  '/clients/:clientId/print',
  '/restricted-records/:recordId',
  '/log',
  '/log/print',
  '/log/unusual',
  '/clients/:clientId/access',
  '/break-glass/cases',
  '/break-glass/cases/:caseId',
]
/** Where there are times, besides. */
const others = ['/account', '/imports', '/exports/:exportId', '/messages/:threadId']

/** Every page is looked at once in each zone; at its other moment files are, and those pages that are known to show times. */
const isFirstOf = (timeZone: string, at: string) => moments.find(([zone]) => zone === timeZone)?.[2] === at

describe.each(moments)('in %s, at %s', (timeZone, _what, at) => {
  const isFirst = isFirstOf(timeZone, at)
  let world: World
  let visitors: Map<Role, Awaited<ReturnType<Ostoja['signedIn']>>>
  /** What the times may be: those of the world's making, and the present ones; entries of the log are of the database's clock. */
  let windows: () => [from: Date, to: Date][]
  let right: () => ReadonlySet<string>

  beforeAll(async () => {
    const real = new Date()
    ostoja.skip(real.getTime() - now().getTime())
    world = await furnish(ostoja, 'Own')
    const aheadMs = new Date(at).getTime() - Date.now()
    await shiftTimes(world.tenantId, aheadMs)
    ostoja.skip(aheadMs)
    windows = () => [
      [new Date(real.getTime() + aheadMs), now()],
      [real, new Date()],
    ]
    // What ends so much later: access in an emergency, an export and its approval.
    const laterMs = [0, hourMs, 24 * hourMs]
    right = () =>
      new Set(
        windows().flatMap(([from, to]) =>
          laterMs.flatMap(ms => [...waysToShow(new Date(from.getTime() + ms), new Date(to.getTime() + ms), timeZone)]),
        ),
      )
    visitors = new Map()
    for (const role of roles) visitors.set(role, await ostoja.signedIn(world.tenantId, [role]))
    const settings = { autoLogoutMinutes: 10, secondSignIn: 'block', passwordMinimum: 8, timeZone }
    expect((await visitors.get('administrator')!.post('/settings', settings)).status).toBe(303)
  })

  it(`${isFirst ? 'every page' : 'each page with times'} shows the organisation’s time`, async () => {
    const staff = visitors.get('staff')!
    const clock = () => localStamp(now(), timeZone).slice(11, 16)
    const before = clock()
    const card = await staff.get(`/clients/${world.ids.clientId}/card`)
    expect([before, clock()].some(time => card.text.includes(time))).toBe(true)

    const call = { id: randomUUID(), who: world.ids.contactId, number: '500 000 124', outcome: 'reached', note: '' }
    expect((await staff.post(`/clients/${world.ids.clientId}/calls`, call)).status).toBe(303)

    const pages = ostoja.routes
      .filter(({ method, path, policy }) => method === 'get' && !policy.background && !path.endsWith('/stream'))
      .filter(({ path }) => isFirst || [...evidence, ...others].includes(path))
      .flatMap(route => roles.map(role => ({ route, role })))
      .filter(({ route: { policy }, role }) => policy.kind !== 'roles' || policy.roles.includes(role))
    const shown = await severalAtOnce(pages, async ({ route, role }) => {
      const address = route.path.replace(/:(\w+)/g, (_, name: string) => world.ids[name] ?? 'none')
      const { text, headers } = await visitors.get(role)!.get(address)
      return { path: route.path, times: headers['content-disposition'] ? [] : timesIn(text) }
    })
    const shownRight = right()
    const wrong = shown.flatMap(({ path, times }) =>
      times.filter(time => !shownRight.has(time)).map(time => [path, time]),
    )
    expect(wrong).toEqual([])

    const timesOn = (path: string) => shown.filter(page => page.path === path).flatMap(({ times }) => times)
    for (const path of [...evidence, ...others]) expect(timesOn(path), path).not.toEqual([])
    for (const path of evidence)
      expect(
        timesOn(path).filter(time => !namesZone(time)),
        path,
      ).toEqual([])
  })

  if (!isFirst)
    it('files show it, and name the zone', async () => {
      const officer = visitors.get('security_officer')!
      const { clientId } = world.ids
      const asked = { passphrase: filePassphrase, repeated: filePassphrase }
      const log = await officer.fetchFile('/log/export', asked)
      const sheet = await fetchPdf(officer, `/clients/${clientId}/sheet.pdf`)
      const access = await fetchPdf(officer, `/clients/${clientId}/access.pdf?language=en`)
      for (const { text } of [sheet, access]) {
        expect(timesIn(text)).not.toEqual([])
        for (const time of timesIn(text)) expect([right().has(time), namesZone(time)], time).toEqual([true, true])
      }
      const days = windows().flatMap(window => window.map(moment => dayIn(moment, timeZone)))
      const csv = await openAge(log.body)
      expect(csv).toContain(`When (${timeZone})`)
      for (const time of timesIn(csv)) expect(right().has(time), time).toBe(true)
      for (const { headers } of [log, sheet.answer, access.answer])
        expect(
          days.some(day => headers['content-disposition']!.includes(day)),
          headers['content-disposition'],
        ).toBe(true)
    })

  if (!isFirst)
    it('exports carry it', async () => {
      const { exports } = ostoja.features
      const actor = { tenantId: world.tenantId, accountId: null, roles: [] }
      const days = new Set<string>()
      for (const format of ['fhir', 'viewer'] as const) {
        const made = await exports.request(
          { ...actor, accountId: Number(world.ids.accountId), roles: ['security_officer'] },
          { passphrase: filePassphrase, keyIds: [], format, language: 'en' },
        )
        const { id } = made!
        await until('the export is ready', async () => (await exports.find(actor, id)).status === 'ready')
        const folder = join(ostoja.dataDir, 'exports', world.tenantId)
        const file = (await readdir(folder)).find(name => name.includes(id))!
        const bytes = await readFile(join(folder, file))
        const asked = (await exports.find(actor, id)).created_at
        const stamp = zonedStamp(asked, timeZone)
        expect(new Date(stamp).getTime()).toBe(Math.floor(asked.getTime() / 1000) * 1000)
        expect(format === 'fhir' ? await openAge(bytes) : bytes.toString()).toContain(stamp)
        if (format === 'viewer') expect(bytes.toString()).toContain(`<title>Ostoja ${dayIn(asked, timeZone)}</title>`)
        days.add(stamp.slice(0, 10))
      }
      expect([...days]).toContain(dayIn(now(), timeZone))
    })

  it('the log is filtered by the organisation’s days', async () => {
    const officer = visitors.get('security_officer')!
    const found = async (fields: Record<string, string>) => {
      const { headers } = await officer.post('/log/searches', fields, '/log')
      return (await officer.get(headers.location!)).text.includes('Record printed')
    }
    const [[from, to]] = windows() as [[Date, Date]]
    const [first, last] = [dayIn(from, timeZone), dayIn(to, timeZone)]
    expect(await found({ from: first, to: last })).toBe(true)
    expect(await found({ from: dayAfter(last) })).toBe(false)
    expect(await found({ from: '2026-12-20', to: dayAfter(first, -1) })).toBe(false)
  })

  it('somebody born today is taken by the form and the import, somebody born tomorrow is not', async () => {
    const staff = visitors.get('staff')!
    const today = dayIn(now(), timeZone)
    const born = async (birthDate: string) => (await staff.post('/clients', { familyName: 'Nowa', birthDate })).status
    expect([await born(today), await born(dayAfter(today))]).toEqual([303, 422])

    const csv = `Imię;Nazwisko;Data urodzenia\nEwa;Malinowska;${today}\nAdam;Brodacki;${dayAfter(today)}\n`
    const { headers } = await staff.upload('/imports', 'file', Buffer.from(csv), 'born.csv', '/imports')
    const address = headers.location!
    await staff.post(`${address}/columns`, columnsAsGuessed((await staff.get(address)).text), address)
    expect((await staff.post(`${address}/start`, {}, address)).status).toBe(303)
    await until('the import has ended', async () => {
      const { body } = (await staff.get(`${address}/progress`)) as { body: { done: boolean } }
      return body.done
    })
    const actor = { tenantId: world.tenantId, accountId: staff.account.id, roles: ['staff'] as const }
    const hits = async (query: string) => (await ostoja.features.clients.search(actor, query)).hits.length
    expect([await hits('Malinowska'), await hits('Brodacki')]).toEqual([1, 0])
  })
})

/** What the form of columns would send as it stands. */
const columnsAsGuessed = (html: string) => {
  const fields: Record<string, string> = { encoding: /name="encoding" value="([^"]+)"/.exec(html)![1]! }
  for (const [, name, options] of html.matchAll(/<select[^>]*?name="([^"]+)"[^>]*>(.*?)<\/select>/gs))
    fields[name!] = /<option value="([^"]*)" selected/.exec(options!)?.[1] ?? ''
  return fields
}
