import { Router } from 'express'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allRoles, installationId, type Role } from '../../src/platform/actor.ts'
import { anyone } from '../../src/platform/web/guard.ts'
import { inventory, type RouteFacts } from '../../src/platform/web/routes-inventory.ts'
import { severalAtOnce } from '../support/at-once.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'
import { furnish, type World } from '../support/world.ts'

let ostoja: Ostoja
let own: World
let foreign: World
let anonymous: Visitor
const visitors = new Map<Role, Visitor>()

beforeAll(async () => {
  ostoja = await startOstoja()
  own = await furnish(ostoja, 'Own')
  foreign = await furnish(ostoja, 'Foreign')
  anonymous = ostoja.visitor()
  await anonymous.post('/language', { language: 'en', return_to: '/sign-in' }, '/sign-in') // takes the form's token
  for (const role of allRoles)
    visitors.set(role, await ostoja.signedIn(role === 'operator' ? installationId : own.tenantId, [role]))
})
afterAll(() => ostoja.close())

const parameters = (route: RouteFacts) => [...route.path.matchAll(/:(\w+)/g)].map(match => match[1]!)
const address = (route: RouteFacts, world: World) =>
  route.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = world.ids[name]
    if (!value) throw new Error(`test/support/world.ts does not say what :${name} is`)
    return value
  })

/** Asks as `visitor`, with a right token, so that nothing but who asks can refuse. */
const ask = (visitor: Visitor, route: RouteFacts, world: World) => {
  const path = address(route, world)
  if (route.path.endsWith('/stream')) return visitor.begin(path)
  if (route.method === 'get') return visitor.get(path)
  const from = visitor === anonymous ? '/sign-in' : '/'
  if (route.policy.upload) return visitor.upload(path, 'file', Buffer.from('a;b\n1;2\n'), 'a.csv', from)
  return visitor.post(path, world.forms[`${route.method} ${route.path}`] ?? {}, from)
}
const mayEnter = ({ policy }: RouteFacts, role: Role) => policy.kind !== 'roles' || policy.roles.includes(role)
const ending = new Set(['post /sign-out'])
const inside = () =>
  ostoja.routes.filter(route => route.policy.kind !== 'anyone' && !ending.has(`${route.method} ${route.path}`))
const isChange = ({ method }: RouteFacts) => method !== 'get'

/** One request: what it is, in words, what it is answered by, and what it should be answered by. */
type Case = { words: string; ask: () => PromiseLike<{ status: number }>; expected: number }
const caseOf = (role: Role, route: RouteFacts, ask: Case['ask'], expected: number): Case => ({
  words: `${role}: ${route.method} ${route.path}`,
  ask,
  expected,
})
/** A case for each route and each role of which `fits` is true. */
const casesOf = (
  routes: RouteFacts[],
  fits: (route: RouteFacts, role: Role) => boolean,
  make: (role: Role, route: RouteFacts) => Case,
) => routes.flatMap(route => allRoles.filter(role => fits(route, role)).map(role => make(role, route)))

const expectAnswers = async (cases: Case[]) => {
  expect(cases.length).toBeGreaterThan(0)
  const answers = await severalAtOnce(cases, async ({ words, ask }) => `${words} ${(await ask()).status}`)
  expect(answers).toEqual(cases.map(({ words, expected }) => `${words} ${expected}`))
}

describe('every route', () => {
  it('says who may use it, or the program does not start', () => {
    const open = Router()
    open.get('/forgotten', (_req, res) => void res.send('secret'))
    expect(() => inventory([open])).toThrow('GET /forgotten does not say who may use it')
    const declared = Router()
    declared.get('/declared', anyone(), (_req, res) => void res.send('public'))
    expect(inventory([declared])).toMatchObject([{ method: 'get', path: '/declared' }])
    expect(ostoja.routes.length).toBeGreaterThan(30)
  })

  it('that is open to everybody is one of these', () => {
    const open = ostoja.routes
      .filter(route => route.policy.kind === 'anyone')
      .map(route => `${route.method} ${route.path}`)
    expect(open.sort()).toEqual([
      'get /forgotten-password',
      'get /health/live',
      'get /health/ready',
      'get /password-resets/:token',
      'get /sign-in',
      'get /signed-out',
      'post /announcements/:announcementId/dismiss',
      'post /forgotten-password',
      'post /language',
      'post /password-resets/:token',
      'post /sign-in',
    ])
  })

  it('sends a stranger to the sign-in page, or says so to a page that asks by itself', async () => {
    const sentTo = new Set<unknown>()
    await expectAnswers(
      inside().map(route => ({
        words: `${route.method} ${route.path}`,
        ask: async () => {
          const answer = await ask(anonymous, route, own)
          if (!route.policy.background) sentTo.add(answer.headers.location)
          return answer
        },
        expected: route.policy.background ? 401 : 303,
      })),
    )
    expect([...sentTo]).toEqual(['/sign-in'])
  })

  it('refuses every role that it does not name', async () => {
    const isShut = (route: RouteFacts, role: Role) => !mayEnter(route, role)
    await expectAnswers(
      casesOf(inside(), isShut, (role, route) => caseOf(role, route, () => ask(visitors.get(role)!, route, own), 403)),
    )
  })

  it('refuses a change without the session’s token', async () => {
    const askForged = (role: Role, route: RouteFacts) => {
      const visitor = visitors.get(role)!
      const path = address(route, own)
      return route.policy.upload
        ? visitor.agent.post(path).field('_csrf', 'forged').attach('file', Buffer.from('a;b\n'), 'a.csv')
        : visitor.postBare(path, world(own, route))
    }
    await expectAnswers(
      casesOf(inside().filter(isChange), mayEnter, (role, route) =>
        caseOf(role, route, () => askForged(role, route), 403),
      ),
    )
  })

  it('shows a person of another tenant a 404 for every id that is not theirs, and changes nothing', async () => {
    const before = await fingerprint(foreign.tenantId)
    const known = new Set([...own.harmless, ...own.ofInstallation])
    const ofIds = inside().filter(route => parameters(route).some(name => !known.has(name)))
    await expectAnswers(
      casesOf(ofIds, mayEnter, (role, route) =>
        caseOf(role, route, () => ask(visitors.get(role)!, route, foreign), 404),
      ),
    )
    expect(await fingerprint(foreign.tenantId)).toEqual(before)
  })

  it('answers its own people’s ids that are none with a 404 as well', async () => {
    const ofIds = inside().filter(route => parameters(route).some(name => !own.harmless.has(name)))
    const askFor = (nonsense: string, role: Role, route: RouteFacts) => {
      const ids = Object.fromEntries(
        Object.entries(own.ids).map(([name, id]) => [name, own.harmless.has(name) ? id : encodeURIComponent(nonsense)]),
      )
      return ask(visitors.get(role)!, route, { ...own, ids })
    }
    for (const nonsense of ['0', 'undefined', "'--", '00000000-0000-4000-8000-000000000000'])
      await expectAnswers(
        ofIds.map(route => {
          const role = allRoles.find(role => mayEnter(route, role))!
          const { words, ...rest } = caseOf(role, route, () => askFor(nonsense, role, route), 404)
          return { words: `${nonsense}, ${words}`, ...rest }
        }),
      )
  })

  it('opens for the roles it names', async () => {
    const pages = inside().filter(route => !isChange(route))
    await expectAnswers(
      casesOf(pages, mayEnter, (role, route) =>
        caseOf(role, route, () => ask(visitors.get(role)!, route, own), own.expected[route.path] ?? 200),
      ),
    )
  })
})

const world = ({ forms }: World, route: RouteFacts) => forms[`${route.method} ${route.path}`] ?? {}

/** All a tenant has, but for who looked at what. */
const fingerprint = async (tenantId: string) => {
  const admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  const { rows: tables } = await admin.query<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'`,
  )
  const prints = []
  for (const { name } of tables) {
    const { rows } = await admin.query(
      `select md5(string_agg(t::text, '|' order by t::text)) as print from ${name} t where tenant_id = $1`,
      [tenantId],
    )
    prints.push([name, rows[0]])
  }
  await admin.end()
  return prints
}
