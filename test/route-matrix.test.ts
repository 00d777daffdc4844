import { Router } from 'express'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allRoles, installationId, type Role } from '../src/platform/actor.ts'
import { anyone } from '../src/platform/web/guard.ts'
import { inventory, type RouteFacts } from '../src/platform/web/routes-inventory.ts'
import { startOstoja, type Ostoja } from './support/ostoja.ts'
import type { Visitor } from './support/visitor.ts'
import { furnish, type World } from './support/world.ts'

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
const named = (route: RouteFacts, status: number) => `${route.method} ${route.path} ${status}`

describe('every route', { timeout: 180_000 }, () => {
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
    for (const route of inside()) {
      const answer = await ask(anonymous, route, own)
      expect(named(route, answer.status)).toBe(named(route, route.policy.background ? 401 : 303))
      if (!route.policy.background) expect(answer.headers.location).toBe('/sign-in')
    }
  })

  it('refuses every role that it does not name', async () => {
    for (const route of inside()) {
      for (const role of allRoles.filter(role => !mayEnter(route, role))) {
        const answer = await ask(visitors.get(role)!, route, own)
        expect(`${role}: ${named(route, answer.status)}`).toBe(`${role}: ${named(route, 403)}`)
      }
    }
  })

  it('refuses a change without the session’s token', async () => {
    for (const route of inside().filter(route => route.method !== 'get')) {
      for (const role of allRoles.filter(role => mayEnter(route, role))) {
        const visitor = visitors.get(role)!
        const path = address(route, own)
        const answer = route.policy.upload
          ? await visitor.agent.post(path).field('_csrf', 'forged').attach('file', Buffer.from('a;b\n'), 'a.csv')
          : await visitor.postBare(path, world(own, route))
        expect(`${role}: ${named(route, answer.status)}`).toBe(`${role}: ${named(route, 403)}`)
      }
    }
  })

  it('shows a person of another tenant a 404 for every id that is not theirs, and changes nothing', async () => {
    const before = await fingerprint(foreign.tenantId)
    const known = new Set([...own.harmless, ...own.ofInstallation])
    for (const route of inside().filter(route => parameters(route).some(name => !known.has(name)))) {
      for (const role of allRoles.filter(role => mayEnter(route, role))) {
        const answer = await ask(visitors.get(role)!, route, foreign)
        expect(`${role}: ${named(route, answer.status)}`).toBe(`${role}: ${named(route, 404)}`)
      }
    }
    expect(await fingerprint(foreign.tenantId)).toEqual(before)
  })

  it('answers its own people’s ids that are none with a 404 as well', async () => {
    for (const route of inside().filter(route => parameters(route).some(name => !own.harmless.has(name)))) {
      for (const nonsense of ['0', 'undefined', "'--", '00000000-0000-4000-8000-000000000000']) {
        const role = allRoles.find(role => mayEnter(route, role))!
        const ids = Object.fromEntries(
          Object.entries(own.ids).map(([name, id]) => [
            name,
            own.harmless.has(name) ? id : encodeURIComponent(nonsense),
          ]),
        )
        const answer = await ask(visitors.get(role)!, route, { ...own, ids })
        expect(`${nonsense}: ${named(route, answer.status)}`).toBe(`${nonsense}: ${named(route, 404)}`)
      }
    }
  })

  it('opens for the roles it names', async () => {
    for (const route of inside().filter(route => route.method === 'get')) {
      for (const role of allRoles.filter(role => mayEnter(route, role))) {
        const answer = await ask(visitors.get(role)!, route, own)
        expect(`${role}: ${named(route, answer.status)}`).toBe(
          `${role}: ${named(route, own.expected[route.path] ?? 200)}`,
        )
      }
    }
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
