import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { parse } from 'csv-parse/sync'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sayMoments } from '../../src/platform/i18n/moments.ts'
import { openWithAge } from '../support/age-cli.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { until } from '../support/until.ts'
import type { Visitor } from '../support/visitor.ts'

const run = promisify(execFile)
const passphrase = 'krokus lampa wiadro sowa'
const zone = 'Europe/Warsaw'

let ostoja: Ostoja
let admin: pg.Client
let tenantId: string
let officer: Visitor & { account: TestAccount }
let staff: Visitor & { account: TestAccount }
let clientId: string
let files = 0

beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  tenantId = await ostoja.newTenant('Schronisko Przystań')
  officer = await ostoja.signedIn(tenantId, ['security_officer'])
  staff = await ostoja.signedIn(tenantId, ['staff'])
  clientId = await newClient(ostoja, actorOf(staff.account), { familyName: 'Testowy; "Jan"', givenNames: '=1+2' })
  await staff.get(`/clients/${clientId}`)
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

const actorOf = ({ id, tenantId: tenant }: TestAccount) =>
  ({ tenantId: tenant, accountId: id, roles: ['staff', 'security_officer'] }) as const

const binary = (res: unknown, done: (fault: Error | null, body: Buffer) => void) => {
  const parts: Buffer[] = []
  const stream = res as NodeJS.ReadableStream
  stream.on('data', (part: Buffer) => parts.push(part))
  stream.on('end', () => done(null, Buffer.concat(parts)))
}

const bySealing = { passphrase, repeated: passphrase }
/** Sends the form of an export as a browser does. */
const ask = async (who: Visitor, fields: Record<string, string> = bySealing, page = '/log') => {
  const form = await who.get(`${page}/export`)
  return who.agent
    .post(`${page}/export`)
    .type('form')
    .send({ ...fields, _csrf: who.tokenOf(form.text) })
}
const fetchFile = async (who: Visitor, fields: Record<string, string> = bySealing, page = '/log') => {
  const form = await who.get(`${page}/export`)
  const answer = await who.agent
    .post(`${page}/export`)
    .type('form')
    .send({ ...fields, _csrf: who.tokenOf(form.text) })
    .buffer(true)
    .parse(binary)
  expect(answer.status).toBe(200)
  const file = join(ostoja.dataDir, `log-${(files += 1)}.csv.age`)
  await writeFile(file, answer.body as Buffer)
  return { file, headers: answer.headers as Record<string, string> }
}

/** Opens a file by the command that the page names, and reads its table. */
const open = async (file: string, delimiter = ',') => {
  expect(await openWithAge(file, passphrase, `${file}.csv`)).toMatchObject({ code: 0 })
  return tableIn(await readFile(`${file}.csv`, 'utf8'), delimiter)
}
const tableIn = (text: string, delimiter = ',') => {
  expect(text.startsWith('\uFEFF"')).toBe(true)
  const [headings, ...rows] = parse(text, { delimiter, bom: true }) as string[][]
  return { headings: headings!, rows }
}
const exported = async (who: Visitor, page = '/log') => open((await fetchFile(who, bySealing, page)).file)

/** A row of a file as a line of the page says it; a cell that was made harmless without what makes it so. */
const asOnPage = ([, , moment, who, what, , more, whom, where]: string[]) =>
  [sayMoments('en', zone).precise(new Date(moment!)), who!, [what, more].join(' '), whom!, where!].map(cell =>
    cell
      .replace(/^'(?=[=+\-@])/, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )

const plain = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** Every line of a page of the log and of those after it. */
const linesOf = async (who: Visitor, page: string) => {
  const lines: string[][] = []
  for (let next: string | undefined = page; next;) {
    const { text } = await who.get(next)
    const body = text.slice(text.lastIndexOf('<tbody>'), text.lastIndexOf('</tbody>'))
    for (const [, row] of body.matchAll(/<tr>([\s\S]*?)<\/tr>/g))
      lines.push([...row!.matchAll(/<t[hd]\b[^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) => plain(cell!)))
    next = /href="([^"]+)" rel="next"/.exec(text)?.[1]
  }
  return lines
}

const searchFor = async (fields: Record<string, string>, who: Visitor = officer) =>
  String((await who.post('/log/searches', fields, '/log')).headers.location)

const events = async (action: string, tenant = tenantId) => {
  const { rows } = await admin.query<{ subject_id: string; account_id: number; detail: Record<string, unknown> }>(
    'select subject_id, account_id, detail from audit_events where tenant_id = $1 and action = $2 order by id',
    [tenant, action],
  )
  return rows
}

describe('an export of the log', () => {
  it('is reached from the log, sealed with the words that the form suggests, and says all that the pages say', async () => {
    for (let times = 0; times < 60; times += 1) await staff.get(`/clients/${clientId}`)
    expect((await officer.get('/log')).text).toContain('href="/log/export"')
    const suggested = / id="suggested"[^>]*>([^<]+)</.exec((await officer.get('/log/export')).text)?.[1] ?? ''
    expect(suggested.split('-').length).toBeGreaterThanOrEqual(6)

    const { file, headers } = await fetchFile(officer, { passphrase: suggested, repeated: suggested })
    expect(headers['content-disposition']).toMatch(/^attachment; filename="?ostoja-log-\d{4}-\d\d-\d\d\.csv\.age"?$/)
    expect(headers['content-type']).toBe('application/octet-stream')
    expect(await openWithAge(file, suggested, `${file}.csv`)).toMatchObject({ code: 0 })
    const { headings, rows } = tableIn(await readFile(`${file}.csv`, 'utf8'))
    expect(headings).toEqual([
      'Number',
      'When (Europe/Warsaw)',
      'When (UTC)',
      'Who',
      'What',
      'Kind of event',
      'In detail',
      'About whom',
      'From where',
    ])
    expect(rows[0]![5]).toBe('log.exported')
    expect(rows.length).toBeGreaterThan(60)

    // The pages show what came after it, too: the names that it showed, and that the pages were read.
    const lines = await linesOf(officer, '/log')
    const first = lines.findIndex(([, , what]) => what === 'This log exported')
    expect(rows.map(asOnPage)).toEqual(lines.slice(first))
    for (const [, when, moment] of rows)
      expect(when).toBe(new Date(moment!).toLocaleString('sv-SE', { timeZone: zone }))
  })

  it('runs no formula in a spreadsheet', async () => {
    const { rows } = await exported(officer)
    const named = rows.filter(([, , , , , action]) => action === 'client.viewed').map(row => row[7])
    expect(named.length).toBeGreaterThan(0)
    for (const cell of named) expect(cell).toBe(`'=1+2 Testowy; "Jan"`)
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
  })

  it('holds only what a search found, said on its page in words, and is for whoever searched', async () => {
    const today = new Date().toLocaleDateString('sv-SE', { timeZone: zone })
    const page = await searchFor({ group: 'opening', client: clientId, from: '2020-01-01', to: today })
    expect((await officer.get(page)).text).toContain(`href="${page}/export"`)
    const form = plain((await officer.get(`${page}/export`)).text)
    for (const words of ['Records opened', '1 January 2020']) expect(form).toContain(words)
    expect(form).not.toContain('The whole log')

    const { rows } = await exported(officer, page)
    expect(rows.length).toBeGreaterThan(60)
    expect(rows.map(asOnPage)).toEqual(await linesOf(officer, page))
    expect((await events('log.exported')).at(-1)!.detail).toMatchObject({
      group: 'opening',
      client: clientId,
      from: '2020-01-01',
      passphrase: true,
      keys: [],
    })

    const nobody = await searchFor({ to: '2020-01-01' })
    expect((await officer.get(nobody)).text).not.toContain(`${nobody}/export`)
    expect((await exported(officer, nobody)).rows).toEqual([])

    const colleague = await ostoja.signedIn(tenantId, ['security_officer'])
    for (const address of [page, '/log/searches/AAAAAAAAAAAAAAAAAAAAAA', '/log/searches/x']) {
      expect([address, (await colleague.get(`${address}/export`)).status]).toEqual([address, 404])
      expect([address, (await colleague.post(`${address}/export`, bySealing, '/log')).status]).toEqual([address, 404])
    }
  })

  it('speaks the language of whoever asked', async () => {
    const account = await ostoja.newAccount(tenantId, ['security_officer'], { language: 'pl' })
    const inspektor = ostoja.visitor()
    await inspektor.signIn(account)
    const { file } = await fetchFile(inspektor)
    const { headings, rows } = await open(file, ';')
    expect(headings.slice(0, 5)).toEqual(['Numer', 'Kiedy (Europe/Warsaw)', 'Kiedy (UTC)', 'Kto', 'Co'])
    expect(rows[0]![4]).toBe('Eksport tego dziennika')
    expect(rows.map(row => row[4])).toContain('Otwarcie teczki')
  })

  it('opens with an officer’s key, as long as the key is in use', async () => {
    const identity = await generateX25519Identity()
    const keyFile = join(ostoja.dataDir, 'identity.txt')
    await writeFile(keyFile, identity)
    await officer.post(
      '/exports/keys',
      { name: 'Laptop', publicKey: await identityToRecipient(identity) },
      '/exports/keys',
    )
    const keyId = /name="keyIds\[\]" value="([0-9a-f-]{36})"/.exec((await officer.get('/log/export')).text)?.[1] ?? ''
    const byKey = { passphrase: '', repeated: '', 'keyIds[]': keyId }

    const { file } = await fetchFile(officer, byKey)
    await run('age', ['-d', '-i', keyFile, '-o', `${file}.csv`, file])
    expect(tableIn(await readFile(`${file}.csv`, 'utf8')).rows.length).toBeGreaterThan(60)
    expect((await events('log.exported')).at(-1)!.detail).toEqual({ passphrase: false, keys: [keyId] })

    const both = await ask(officer, { ...byKey, ...bySealing })
    expect(both.status).toBe(422)
    expect(both.text).toContain('id="keyIds-problem"')
    expect(both.text).toContain(`value="${keyId}" checked`)
    await officer.post(`/exports/keys/${keyId}/retire`, {}, '/exports/keys')
    const gone = await ask(officer, byKey)
    expect(gone.status).toBe(422)
    expect(gone.text).toContain('no longer in use')
  })

  it('is refused beside the field where the passphrase is weak, mistyped or missing, and never sends one back', async () => {
    const before = (await events('log.exported')).length
    const weak = await ask(officer, { passphrase: 'haslo-2026', repeated: 'haslo-2026' })
    const unlike = await ask(officer, { passphrase: 'zupełnie inne Słowa 91', repeated: 'zupełnie inne Słowa 19' })
    for (const [answer, field] of [
      [weak, 'passphrase'],
      [unlike, 'repeated'],
      [await ask(officer, { passphrase: '', repeated: '' }), 'passphrase'],
      [await ask(officer, {}), 'passphrase'],
      [await ask(officer, { 'keyIds[]': 'x', ...bySealing }), 'keyIds'],
    ] as const) {
      expect(answer.status).toBe(422)
      expect(answer.text).toContain(`id="${field}-problem"`)
    }
    expect(weak.text + unlike.text).not.toMatch(/haslo-2026|Słowa/)
    expect(await events('log.exported')).toHaveLength(before)
  })

  it('is noted with the clients it names, told to the officers and to a client who asks, and found unusual', async () => {
    const here = await ostoja.newTenant()
    const own = await ostoja.signedIn(here, ['security_officer'])
    const other = await ostoja.signedIn(here, ['security_officer'])
    const reader = await ostoja.signedIn(here, ['staff'])
    const id = await newClient(ostoja, actorOf(reader.account))
    for (let times = 0; times < 2; times += 1) await reader.get(`/clients/${id}`)
    await exported(own)

    const [made, ...more] = await events('log.exported', here)
    expect(more).toEqual([])
    expect(made).toMatchObject({ account_id: own.account.id, detail: { passphrase: true, keys: [] } })
    expect(await events('log.clients-exported', here)).toEqual([
      { subject_id: made!.subject_id, account_id: own.account.id, detail: { clients: [id] } },
    ])
    expect((await other.get('/notices')).text).toContain('Anna Testowa exported the audit log')
    expect((await own.get('/notices')).text).toContain('You exported the audit log')
    expect((await own.get(`/clients/${id}/access`)).text).toContain('Names of clients shown in an export of this log')
    expect((await reader.get(`/clients/${id}/access`)).text).toContain(
      'downloaded an audit log that contains your name',
    )
    await ostoja.features.log.unusual.look(here)
    expect((await other.get('/log/unusual')).text).toContain('Created or downloaded an export')
    for (const group of ['log', 'exporting'])
      expect(
        (await ostoja.features.log.search(actorOf(other.account), { group } as object)).events.map(
          ({ action }) => action,
        ),
      ).toContain('log.exported')
  })

  it('is for security officers, and holds nothing of another organisation', async () => {
    const colleague = await ostoja.signedIn(tenantId, ['staff', 'administrator'])
    expect((await colleague.get('/log/export')).status).toBe(403)
    expect((await colleague.post('/log/export', bySealing)).status).toBe(403)
    expect((await ostoja.visitor().get('/log/export')).headers.location).toBe('/sign-in')
    expect((await officer.postBare('/log/export', bySealing)).status).toBe(403)

    const stranger = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
    const { file } = await fetchFile(stranger)
    const { rows } = await open(file)
    expect(rows.length).toBeGreaterThan(0)
    const { rows: own } = await admin.query<{ id: string }>('select id from audit_events where tenant_id = $1', [
      stranger.account.tenantId,
    ])
    const known = new Set(own.map(({ id }) => id))
    expect(rows.filter(([number]) => !known.has(number!))).toEqual([])
    expect(await readFile(`${file}.csv`, 'utf8')).not.toMatch(/Testowy|1\+2/)
  })
})

describe('the log on paper', () => {
  it('says what was searched, by whom it was printed, and what the page says, and is noted with the clients it names', async () => {
    const page = await searchFor({ group: 'opening', client: clientId })
    expect((await officer.get(page)).text).toContain(`href="${page}/print"`)
    const lines = await linesOf(officer, page)
    expect(lines.length).toBeGreaterThan(0)
    expect(await linesOf(officer, `${page}/print`)).toEqual(lines)
    const paper = plain((await officer.get(`${page}/print`)).text)
    expect(paper).toContain('Records opened')
    expect(paper).toMatch(
      /Printed \d+ \w+ \d{4},? (at )?\d\d:\d\d (?:CES?T|GMT[+-]\d+) by Anna Testowa, Schronisko Przystań\. Confidential\./,
    )
    expect((await events('log.printed')).at(-1)).toEqual({
      subject_id: null,
      account_id: officer.account.id,
      detail: { group: 'opening', client: clientId, count: lines.length, clients: [clientId] },
    })
    expect((await staff.get(`/clients/${clientId}/access`)).text).toContain(
      'printed an audit log that contains your name',
    )

    const nothing = await searchFor({ to: '2020-01-01' })
    expect((await officer.get(`${nothing}/print`)).text).toContain('No entries found')
    expect((await staff.get('/log/print')).status).toBe(403)
    const colleague = await ostoja.signedIn(tenantId, ['security_officer'])
    expect((await colleague.get(`${page}/print`)).status).toBe(404)
  })
})

describe('a big log, exported', () => {
  const many = rounds({ soak: 60_000, usual: 20_000 })
  /** Long, so that the file is more than what lies between two ends of a connection: the sender has to wait. */
  const name = { familyName: 'Nowak-'.repeat(100) }
  let there: Visitor & { account: TestAccount }
  /** A search for these events alone: what was done today names every client at once. */
  let listings: string
  const clients: string[] = []

  beforeAll(async () => {
    const tenant = await ostoja.newTenant()
    there = await ostoja.signedIn(tenant, ['security_officer'])
    for (let made = 0; made < 60; made += 1) clients.push(await newClient(ostoja, actorOf(there.account), name))
    // Three at each moment, so that a page may end among the events of one; the clients follow one another, so that what was
    // noted of them tells how far the log has been read.
    await admin.query(
      `insert into audit_events (tenant_id, at, action, account_id, detail)
       select $1, timestamptz '2026-01-01' + (n / 3) * interval '1 second', 'clients.listed', $2,
              jsonb_build_object('clients', jsonb_build_array(($3::text[])[1 + n * 60 / ($4::int + 1)]), 'count', n)
         from generate_series(1, $4::int) n`,
      [tenant, there.account.id, clients, many],
    )
    await admin.query('analyze audit_events')
    listings = await searchFor({ group: 'reading' }, there)
  })

  it('holds every event once, the newest first, and notes each client once', async () => {
    const { rows } = await exported(there)
    const listed = rows.filter(([, , , , , action]) => action === 'clients.listed').map(([number]) => number!)
    const { rows: kept } = await admin.query<{ id: string }>(
      `select id from audit_events where tenant_id = $1 and action = 'clients.listed' order by at desc, id desc`,
      [there.account.tenantId],
    )
    expect(listed).toEqual(kept.map(({ id }) => id))
    expect((await noted()).sort()).toEqual([...clients].sort())
  })

  it('keeps no transaction open for a reader who stops, reads no further, and is not whole once left', async () => {
    const left = await begin(there, listings)
    expect((await settled()).length).toBeLessThan(clients.length)
    left.leave()
    expect((await settled()).length).toBeLessThan(clients.length)
    expect(await openWithAge(await left.file(), passphrase, join(ostoja.dataDir, 'left.csv'))).not.toMatchObject({
      code: 0,
    })
  })

  it('breaks off where the rest cannot be read, so that nobody takes it for whole', async () => {
    const broken = await begin(there, listings)
    await settled()
    await admin.query('alter table audit_events rename to audit_events_away')
    const end = await broken.rest()
    await admin.query('alter table audit_events_away rename to audit_events')
    expect(end).toBe('broken off')
    expect(await openWithAge(await broken.file(), passphrase, join(ostoja.dataDir, 'broken.csv'))).not.toMatchObject({
      code: 0,
    })
  })

  it('is printed only so far as anybody reads, and says so', async () => {
    const { text } = await there.get('/log/print')
    expect(text).toContain('Only the newest 500 entries are here')
    expect(text.match(/<tr>/g)).toHaveLength(501)
  })

  /** The clients that the newest export has noted so far. */
  const noted = async () => {
    const [newest] = (await events('log.exported', there.account.tenantId)).slice(-1)
    const pages = await events('log.clients-exported', there.account.tenantId)
    return pages
      .filter(page => page.subject_id === newest!.subject_id)
      .flatMap(({ detail }) => detail.clients as string[])
  }

  /** Waits until the product holds no transaction and has not gone on, as often as it was asked. */
  const settled = () => {
    let [still, last] = [0, -1]
    return until('no transaction is open', async () => {
      const { rows } = await admin.query<{ busy: number }>(
        `select count(*)::int as busy from pg_stat_activity where datname = current_database()
            and backend_type = 'client backend' and pid <> pg_backend_pid() and xact_start is not null`,
      )
      const so = await noted()
      still = rows[0]!.busy === 0 && so.length === last ? still + 1 : 0
      last = so.length
      return still === 20 ? so : null
    })
  }
})

/** Asks for an export and takes its first piece only, until it is told to take the rest or to leave. */
const begin = async (who: Visitor, page: string) => {
  const form = await who.get(`${page}/export`)
  const { req } = form as unknown as { req: ClientRequest }
  const body = new URLSearchParams({ ...bySealing, _csrf: who.tokenOf(form.text) }).toString()
  const request = httpsRequest(`${ostoja.url}${page}/export`, {
    method: 'POST',
    rejectUnauthorized: false,
    headers: { Cookie: String(req.getHeader('cookie')), 'Content-Type': 'application/x-www-form-urlencoded' },
  })
  request.end(body)
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(200)
  await once(answer, 'readable')
  const parts = [answer.read() as Buffer]
  return {
    leave: () => answer.destroy(),
    rest: async () => {
      try {
        for await (const part of answer) parts.push(part as Buffer)
        return 'whole'
      } catch {
        return 'broken off'
      }
    },
    file: async () => {
      const file = join(ostoja.dataDir, `part-${(files += 1)}.csv.age`)
      await writeFile(file, Buffer.concat(parts))
      return file
    },
  }
}
