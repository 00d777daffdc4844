import { words } from '../src/platform/text/fold.ts'
import { createClientsPath } from './saving.ts'
import { askFloor, askProduct, inTurns, layTrigrams, searchAddress, type Ground } from './ground.ts'
import type { Options } from './options.ts'
import type { Report } from './report.ts'

/** Pages against the floors: 16 requests in flight. */
export const measurePages = async (ground: Ground, { rounds, seconds }: Options, report: Report) => {
  const load = { inFlight: 16, seconds }
  const ids = ground.people.map(person => person.id)
  const compare = async (name: string, goal: string, paths: string[], floor: string[], only = false) => {
    const [product, minimum] = await inTurns(rounds, [
      () => askProduct(ground, paths, load, only),
      () => askFloor(ground, floor, load),
    ])
    report.row(`${name}, hand-written minimum`, minimum!)
    report.row(name, product!)
    report.atLeast(goal, product!.perSecond / minimum!.perSecond, 0.6)
    return { product: product!, minimum: minimum! }
  }

  const view = await compare(
    'View a client with contacts',
    'View: throughput of the minimum',
    ids.map(id => `/clients/${id}`),
    ids.map(id => `/minimum/client?of=${id}`),
  )
  report.atMost('View: p99 of the minimum', view.product.p99 / view.minimum.p99, 2)
  const [bare, page] = await inTurns(rounds, [
    () => askFloor(ground, [`/bare?bytes=${view.product.bytes}`], load),
    () => askFloor(ground, [`/page/client?of=${ids[0]!}`], load),
  ])
  report.row('Bare node:http, as many bytes', bare!)
  report.row('Express and EJS, the same page, no data', page!)

  const recent = ids.slice(0, 8)
  for (const browser of ground.browsers)
    for (const id of recent) await fetch(`${ground.web.url}/clients/${id}`, { headers: browser.headers })
  await compare('Start page', 'Start page: throughput of the minimum', ['/'], [`/minimum/start?of=${recent.join(',')}`])
  await compare(
    'List, page 1',
    'List, page 1: throughput of the minimum',
    ['/clients'],
    ['/minimum/list?of=2099-01-01'],
  )
  const deep = await deepPage(ground)
  const before = new Date(Date.UTC(2026, 0, 1) + deep.index * 1000).toISOString()
  await compare(
    `List, page ${deep.page}`,
    `List, page ${deep.page}: throughput of the minimum`,
    [deep.path],
    [`/minimum/list?of=${before}`],
  )

  const people = ground.people.slice(0, 60)
  const family = (index: number) => words(people[index]!.familyName)[0]!
  const given = (index: number) => words(people[index]!.givenNames)[0]!
  const searches = {
    'one word': people.map((_, index) => [family(index), `n:${family(index)}`]),
    'two words': people.map((_, index) => [`${given(index)} ${family(index)}`, `n:${given(index)},n:${family(index)}`]),
    'no hit': people.map((_, index) => [`${family(index)} qxv${index}z`, `n:${family(index)},n:qxv${index}z`]),
    'by phone': people.map(person => [person.phone.slice(3), `d:${person.phone.slice(3)}`]),
  }
  for (const [name, queries] of Object.entries(searches)) {
    const paths: string[] = []
    for (const [query] of queries) paths.push(await searchAddress(ground, query!))
    await compare(
      `Search, ${name}`,
      `Search, ${name}: throughput of a minimum that asks the same index`,
      paths,
      queries.map(([, tokens]) => `/minimum/search?of=${tokens!}`),
      true,
    )
  }
}

/** A search, one in flight, against the same names in the clear under a trigram index, through the same page. */
export const measureTrigrams = async (ground: Ground, { rounds, seconds }: Options, report: Report) => {
  await layTrigrams(ground)
  const people = ground.people.slice(0, 60)
  const paths: string[] = []
  for (const person of people) paths.push(await searchAddress(ground, words(person.familyName)[0]!))
  const load = { inFlight: 1, seconds }
  const [product, trigram] = await inTurns(rounds, [
    () => askProduct(ground, paths, load, true),
    () =>
      askFloor(
        ground,
        people.map(person => `/minimum/trigram?of=${words(person.familyName)[0]!}`),
        load,
      ),
  ])
  report.row(`Search of ${ground.clients}, one in flight, trigrams in the clear`, trigram!)
  report.row(`Search of ${ground.clients}, one in flight`, product!)
  const name = `Search of ${ground.clients} sealed clients: p95 of pg_trgm in the clear`
  report.atMost(name, product!.p95 / trigram!.p95, 1)
}

/** Times for one, one in flight: what grows with the number of clients, and how. */
export const measureAlone = async (ground: Ground, { rounds, seconds }: Options) => {
  const load = { inFlight: 1, seconds }
  const paths: string[] = []
  for (const person of ground.people.slice(0, 60)) {
    const [family] = words(person.familyName)
    paths.push(await searchAddress(ground, `${words(person.givenNames)[0]!} ${family!}`))
  }
  const ids = ground.people.map(person => `/clients/${person.id}`)
  const [view, search, list] = await inTurns(rounds, [
    () => askProduct(ground, ids, load),
    () => askProduct(ground, paths, load, true),
    () => askProduct(ground, ['/clients'], load),
  ])
  const save = await createClientsPath(ground, { inFlight: 1, seconds })
  return { view: view!, search: search!, list: list!, save }
}

/** The address of page 1,000, or of the last one there is, found as a reader finds it: by its key. */
const deepPage = async (ground: Ground) => {
  const page = Math.min(1000, Math.floor(ground.clients / 50))
  const index = ground.clients - (page - 1) * 50
  const key = Buffer.alloc(24)
  key.writeBigUInt64BE(BigInt(Date.UTC(2026, 0, 1) + index * 1000))
  return { page, index, path: `/clients?after=${key.toString('base64url')}` }
}
