import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { RedisStore } from 'connect-redis'
import ejs from 'ejs'
import express, { type Request } from 'express'
import session from 'express-session'
import pg from 'pg'
import { createFeatures, createPlatform } from '../src/composition.ts'
import { readConfig } from '../src/config.ts'
import { createSealing, spoken, type ClientProfile } from '../src/features/clients/index.ts'
import { rulesIn } from '../src/http/page-locals.ts'
import { loadTranslations } from '../src/platform/i18n/translations.ts'
import { loadAssets } from '../src/platform/web/assets.ts'
import { personAt } from './people.ts'

/**
 * What the product is compared with, each written as short as it can be: bare node:http, Express and EJS with the same page
 * and no data, and the hand-written minimum: Express, express-session in Redis, one query, opening what it gave, the same
 * page. No tenancy (a login that sees every row), no audit, no log, no check of anything.
 */
const tenantId = process.env.BENCH_TENANT ?? ''
const seed = Number(process.env.BENCH_SEED)
const platform = await createPlatform(readConfig(process.env))
const features = createFeatures(platform)
const sealing = createSealing(platform.vault)
const pool = new pg.Pool({ connectionString: process.env.BACKUP_DATABASE_URL, max: 10 })
const folder = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

declare module 'express-session' {
  interface SessionData {
    token?: string
  }
}

const t = loadTranslations().to('pl')
const day = new Intl.DateTimeFormat('pl-PL', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const moment = new Intl.DateTimeFormat('pl-PL', { dateStyle: 'medium', timeStyle: 'short' })
const number = new Intl.NumberFormat('pl-PL')
const roles = ['staff']
const always = {
  t,
  language: 'pl',
  asset: loadAssets(folder('public')),
  pageAddress: '/clients',
  requestId: '',
  account: { id: 1, login: 'JanKowalski1', roles, tenantName: 'Schronisko', displayName: 'Jan Kowalski' },
  can: (role: string) => roles.includes(role),
  problem: () => null,
  formatDate: (date: string | Date | null) => (date ? day.format(new Date(date)) : ''),
  formatDateTime: (date: string | Date | null) => (date ? moment.format(new Date(date)) : ''),
  formatNumber: (value: number) => number.format(value),
  today: '2026-11-23',
  sayRules: rulesIn(t, date => day.format(new Date(date))),
  flash: null,
  pageOwner: '',
  pageTicket: 'x'.repeat(330),
  csrfToken: 'x'.repeat(64),
}
const speech = { ...spoken(always), path: '/clients' }

type Row = {
  id: string
  status: string
  profile_sealed: Buffer
  created_at: Date
  updated_at: Date
  version: number
  action: string
}
const open = async (row: Row) => ({
  id: row.id,
  status: row.status,
  createdAt: row.created_at,
  profile: await sealing.open(tenantId, row.id, row.profile_sealed),
})
const made = { version: 1, at: new Date(), by: 'Jan Kowalski', action: 'created', byImport: false }
const sample = personAt(seed, 0)
const actor = { tenantId, accountId: null, roles: [] }
const contacts = await features.db.asTenant(actor, trx => features.emergencyContacts.ofClient(trx, actor, sample.id))

const views = {
  client: async (id: string) => {
    const { rows } = await pool.query<Row>('select * from clients where tenant_id = $1 and id = $2', [tenantId, id])
    const { profile, status, createdAt } = await open(rows[0]!)
    const client = { id, status, profile, last: made, created: { at: createdAt, by: made.by }, contacts, groups: [] }
    return ['clients/client', { client }] as const
  },
  list: async (before: string) => {
    const { rows } = await pool.query<Row>(
      `select id, status, profile_sealed, created_at from clients
        where tenant_id = $1 and status = 'active' and created_at < $2 order by created_at desc, id desc limit 50`,
      [tenantId, before],
    )
    return [
      'clients/list',
      { lines: await Promise.all(rows.map(open)), status: 'active', previous: 'x', next: 'x' },
    ] as const
  },
  start: async (ids: string) => {
    const { rows } = await pool.query<Row>(
      'select id, status, profile_sealed, created_at from clients where tenant_id = $1 and id = any($2)',
      [tenantId, ids.split(',')],
    )
    const recent = (await Promise.all(rows.map(open))).map(({ id, status, profile }) => ({
      id,
      status,
      displayName: `${profile.givenNames} ${profile.familyName}`,
      fileNumber: profile.fileNumber,
      birthDate: profile.birthDate,
    }))
    return ['start-page/start-page', { recent, attention: [] }] as const
  },
  search: async (query: string) => {
    const tokens = await platform.vault.tokens(tenantId, query.split(','))
    const { rows } = await pool.query<Row>(
      `select id, status, profile_sealed, created_at from clients where search_tokens @> $1::bigint[] and tenant_id = $2 limit 51`,
      [tokens, tenantId],
    )
    const hits = (await Promise.all(rows.slice(0, 50).map(open))).sort((one, other) =>
      one.profile.familyName.localeCompare(other.profile.familyName, 'pl'),
    )
    return ['clients/search', found(hits, rows.length > 50)] as const
  },
  /** The same names in the clear, as PostgreSQL's trigram index finds them. */
  trigram: async (words: string) => {
    const asked = words.split(',')
    const every = asked.map((_, index) => `name ilike $${index + 1}`).join(' and ')
    const { rows } = await pool.query<{ id: string; profile: ClientProfile }>(
      `select id, profile from bench.names where ${every} limit 51`,
      asked.map(word => `%${word}%`),
    )
    const hits = rows.slice(0, 50).map(row => ({ ...row, status: 'active' }))
    return ['clients/search', found(hits, rows.length > 50)] as const
  },
}
const found = (hits: object[], more: boolean) => ({
  findings: { hits, more },
  values: { query: 'Kowalski' },
  problems: {},
})
const asked = ({ query }: Request) => (typeof query.of === 'string' ? query.of : '')
const isView = (name: string): name is keyof typeof views => name in views

const app = express()
app.disable('x-powered-by').disable('etag').enable('view cache')
app.set('views', folder('views')).set('view engine', 'ejs')
app.engine('ejs', (file, locals, done) => {
  ejs.renderFile(file, locals as ejs.Data, { root: folder('views'), cache: true }, done)
})

const pages = new Map<string, readonly [string, object]>()
app.get('/page/:name', async (req, res) => {
  const { name } = req.params
  if (!isView(name)) return res.sendStatus(404)
  const key = `${name} ${asked(req)}`
  const page = pages.get(key) ?? (await views[name](asked(req)))
  pages.set(key, page)
  res.render(page[0], { ...always, ...speech, ...page[1] })
})

app.use(
  session({
    secret: 'of the benchmark',
    store: new RedisStore({ client: platform.redis, prefix: 'floor:' }),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' },
  }),
)
app.get('/sign-in', (req, res) => {
  req.session.token = 'x'.repeat(64)
  res.sendStatus(200)
})
app.get('/minimum/:name', async (req, res) => {
  const { name } = req.params
  if (!req.session.token || !isView(name)) return res.sendStatus(403)
  const [view, shown] = await views[name](asked(req))
  res.render(view, { ...always, ...speech, csrfToken: req.session.token, ...shown })
})

const bare = Buffer.alloc(64 * 1024, 'x')
createServer((req, res) => {
  if (!req.url?.startsWith('/bare')) {
    app(req, res)
    return
  }
  const bytes = Number(new URL(req.url, 'http://floor').searchParams.get('bytes') ?? 100)
  res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': bytes })
  res.end(bare.subarray(0, bytes))
}).listen(Number(process.env.PORT), '127.0.0.1')
