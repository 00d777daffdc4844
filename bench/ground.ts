import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { fold } from '../src/platform/text/fold.ts'
import { cookieOf, newAccount, signIn, type SignedInBrowser } from './browser.ts'
import { measure, median, type Load, type Measured } from './load.ts'
import { personAt, profileOf, random } from './people.ts'
import { copyInto, fileNumberAt, seedClients, settleTables } from './seed.ts'
import { proxied, type Process, type World } from './world.ts'

const sessions = 16

/** A tenant with so many clients, browsers signed in to it, and the floors beside it. */
export const prepareGround = async (world: World, clients: number, say: (text: string) => void) => {
  const database = { adminUrl: world.adminUrl, pgBin: world.env.PG_BIN ?? '' }
  const kept = join(world.dataDir, `tenant-${clients}.json`)
  let tenantId: string
  if (existsSync(kept)) {
    ;({ tenantId } = JSON.parse(readFileSync(kept, 'utf8')) as { tenantId: string })
  } else {
    say(`Making ${clients} clients with two contacts each`)
    tenantId = await world.features.tenants.create(`Benchmark ${clients}`, 'pl')
    await seedClients(world.platform, database, {
      tenantId,
      accountId: 1,
      seed: seedFor(clients),
      from: 0,
      to: clients,
    })
    await settleTables(database)
    writeFileSync(kept, JSON.stringify({ tenantId }))
  }
  const web = await world.web()
  const floors = await world.floors({ BENCH_TENANT: tenantId, BENCH_SEED: String(seedFor(clients)) })
  const browsers: SignedInBrowser[] = []
  for (let index = 0; index < sessions; index++)
    browsers.push(await signIn(web.url, await newAccount(world, tenantId, index)))
  const floorCookie = cookieOf(await fetch(`${floors.url}/sign-in`))
  const someone = random(7)
  const people = Array.from({ length: 2000 }, () => personAt(seedFor(clients), Math.floor(someone() * clients)))
  return { world, database, tenantId, clients, web, floors, browsers, floorCookie, people }
}
export type Ground = Awaited<ReturnType<typeof prepareGround>>

export const seedFor = (clients: number) => clients

const page = { status: 200, text: '</html>' }
type Asked = { inFlight: number; seconds: number }

/** A load of the product's pages. Each browser asks in turn; `only` the first where a page is one account's own. */
export const askProduct = (
  { web, browsers }: Pick<Ground, 'web' | 'browsers'>,
  paths: readonly string[],
  { inFlight, seconds }: Asked,
  only = false,
): Promise<Measured> => {
  const headers = (only ? browsers.slice(0, 1) : browsers).map(browser => browser.headers)
  return measure(
    { url: web.url, headers, targets: paths.map(path => ({ path })), inFlight, seconds, expects: page },
    web.pid,
  )
}

export const askFloor = (
  { floors, floorCookie }: { floors: Process; floorCookie: string },
  paths: readonly string[],
  { inFlight, seconds }: Asked,
): Promise<Measured> => {
  const headers = [{ ...proxied, Cookie: floorCookie }]
  const expects = paths[0]?.startsWith('/bare') ? { status: 200 } : page
  const load: Load = { url: floors.url, headers, targets: paths.map(path => ({ path })), inFlight, seconds, expects }
  return measure(load, floors.pid)
}

/** The two in turn, so that whatever else the machine does falls on both; of each the round in the middle. */
export const inTurns = async (rounds: number, works: (() => Promise<Measured>)[]): Promise<Measured[]> => {
  const all = works.map((): Measured[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, work] of works.entries()) all[index]!.push(await work())
  return all.map(median)
}

/** Posts a search and gives the address of what it found, as the browser follows it. */
export const searchAddress = async (
  { web, browsers }: Pick<Ground, 'web' | 'browsers'>,
  query: string,
): Promise<string> => {
  const [browser] = browsers
  const answer = await fetch(`${web.url}/searches`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...browser!.headers, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ _csrf: browser!.token, query }),
  })
  if (answer.status !== 303) throw new Error(`A search was answered by ${answer.status}`)
  return answer.headers.get('location') ?? ''
}

/** The same names in the clear under PostgreSQL's trigram index, for a search to be compared with. */
export const layTrigrams = async ({ database, clients }: Pick<Ground, 'database' | 'clients'>) => {
  const admin = new pg.Client(database.adminUrl)
  await admin.connect()
  await admin.query(`
    create extension if not exists pg_trgm;
    drop schema if exists bench cascade;
    create schema bench;
    create table bench.names (id uuid primary key, name text not null, profile jsonb not null);
    grant usage on schema bench to ostoja_backup;
    grant select on bench.names to ostoja_backup;
  `)
  const copy = copyInto(database, 'bench.names (id, name, profile)')
  for (let at = 0; at < clients; at += 1000) {
    const people = Array.from({ length: Math.min(1000, clients - at) }, (_, n) => at + n)
    await copy.write(
      people.map(index => {
        const person = personAt(seedFor(clients), index)
        const profile = profileOf(person, fileNumberAt(seedFor(clients), index))
        return [person.id, fold(`${person.givenNames} ${person.familyName}`), JSON.stringify(profile)].join('\t')
      }),
    )
  }
  await copy.end()
  await admin.query('create index on bench.names using gin (name gin_trgm_ops)')
  await admin.query('vacuum analyze bench.names')
  await admin.end()
}
