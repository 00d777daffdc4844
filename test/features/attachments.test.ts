import { createHash, randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/platform/actor.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import { createUploader, idsIn, type Uploader } from '../support/uploads.ts'

type Staff = Awaited<ReturnType<Ostoja['signedIn']>> & { uploader: Uploader }

const megabyte = 1024 * 1024
const chunk = 256 * 1024
const minute = 60_000

let ostoja: Ostoja
let admin: pg.Client
let tenantId: string
beforeAll(async () => {
  ostoja = await startOstoja()
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  tenantId = await ostoja.newTenant()
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

const staffOf = async (ofTenant = tenantId): Promise<Staff> => {
  const staff = await ostoja.signedIn(ofTenant, ['staff'])
  return Object.assign(staff, { uploader: await createUploader(staff, ostoja.url) })
}

const add = (staff: Staff, content: Buffer, name = 'a.bin', tray = randomUUID() as string) =>
  staff.uploader.send({ name, content: [content], fields: { tray } })
/** Attaches a file. @returns its id */
const added = async (staff: Staff, content: Buffer, name?: string, tray?: string): Promise<string> => {
  const answer = await add(staff, content, name, tray)
  expect(answer.status, answer.text).toBe(200)
  return idsIn(answer.text).at(-1)!
}
/** What a browser gets at an address, which proves whose session it is where it is asked to. */
const read = async (staff: Staff, path: string) => {
  let pieces: Buffer[] = []
  const get = async (address: string) => {
    pieces = []
    return staff.uploader.read(address, piece => pieces.push(piece))
  }
  const file = `${path.replace(/\/download$/, '')}/download`
  let answer = await get(path)
  if (answer.status === 303 || path === file) {
    await proveFor(staff, path)
    answer = await get(file)
  }
  return { ...answer, body: Buffer.concat(pieces) }
}
const proveFor = (staff: Staff, path: string) =>
  staff.post(`${path.replace(/\/download$/, '')}/download`, { password: staff.account.password })
const count = async (table: string, ofTenant = tenantId) =>
  Number(
    (await admin.query<{ n: string }>(`select count(*) as n from ${table} where tenant_id = $1`, [ofTenant])).rows[0]!
      .n,
  )
const nothingLeft = async (ofTenant: string) =>
  [await count('attachments', ofTenant), await count('attachment_chunks', ofTenant)].join()
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('a file', () => {
  it('comes back as it went in, whatever its size is to the pieces it is sealed in', async () => {
    const staff = await staffOf()
    for (const size of [1, chunk - 1, chunk, chunk + 1, 3 * chunk, 25 * megabyte]) {
      const content = randomBytes(size)
      const id = await added(staff, content)
      const back = await read(staff, `/attachments/${id}`)
      expect([size, back.status, back.whole, hash(back.body)]).toEqual([size, 200, true, hash(content)])
      expect(back.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-length': String(size) })
    }
  })

  it('is nowhere in the clear in the database, neither what it holds nor what it is called', async () => {
    const staff = await staffOf()
    const [word, name] = [unlikely('inside'), unlikely('name')]
    const id = await added(staff, Buffer.from(`${word} `.repeat(60_000)), `${name}.txt`)
    for (const table of ['attachments', 'attachment_chunks', 'audit_events', 'drafts']) {
      const { rows } = await admin.query<{ row: string }>(
        `select t::text as row from ${table} t where tenant_id = $1`,
        [tenantId],
      )
      const all = rows.map(({ row }) => row).join('\n')
      for (const text of [word, name])
        for (const form of [text, Buffer.from(text).toString('hex'), Buffer.from(text).toString('base64')])
          expect(all).not.toContain(form)
    }
    expect((await read(staff, `/attachments/${id}`)).headers['content-disposition']).toContain(`${name}.txt`)
  })

  it('is taken twice where it is given twice, and goes where it is taken out', async () => {
    const staff = await staffOf()
    const tray = randomUUID()
    const first = await added(staff, png, 'a.png', tray)
    const second = await added(staff, png, 'a.png', tray)
    expect(second).not.toBe(first)
    const left = await staff.post(`/attachments/${first}/take-out`, { tray })
    expect(idsIn(left.text)).toEqual([second])
    expect((await read(staff, `/attachments/${first}`)).status).toBe(404)
    expect((await staff.post(`/attachments/${first}/take-out`, { tray })).status).toBe(404)
  })

  it('that was not sent is for nobody but whoever added it', async () => {
    const staff = await staffOf()
    const tray = randomUUID()
    const id = await added(staff, png, 'a.png', tray)
    for (const other of [await staffOf(), await staffOf(await ostoja.newTenant())]) {
      for (const path of [`/attachments/${id}`, `/attachments/${id}/download`, `/attachments/trays/${tray}`])
        expect([path, (await other.get(path)).status]).toEqual([path, 404])
      expect((await other.post(`/attachments/${id}/take-out`, { tray })).status).toBe(404)
    }
    expect((await read(staff, `/attachments/${id}`)).status).toBe(200)
    for (const nonsense of ['0', 'x', randomUUID()])
      expect((await staff.get(`/attachments/${nonsense}`)).status).toBe(404)
  })

  it('is written down when it is added, opened and taken out', async () => {
    const staff = await staffOf()
    const tray = randomUUID()
    const id = await added(staff, png, 'a.png', tray)
    await read(staff, `/attachments/${id}`)
    await staff.post(`/attachments/${id}/take-out`, { tray })
    const { rows } = await admin.query<{ action: string }>(
      'select action from audit_events where tenant_id = $1 and subject_id = $2 order by id',
      [tenantId, id],
    )
    expect(rows.map(({ action }) => action)).toEqual(['attachment.added', 'attachment.opened', 'attachment.removed'])
  })
})

describe('a file that is refused', () => {
  const refusals = [
    ['larger than 25 MB', () => [Buffer.alloc(25 * megabyte + 1)], 'is larger than 25 MB'],
    ['empty', () => [], 'is empty'],
  ] as const
  for (const [what, content, sentence] of refusals)
    it(`for being ${what} is told by name, and leaves nothing`, async () => {
      const own = await ostoja.newTenant()
      const staff = await staffOf(own)
      const answer = await staff.uploader.send({ name: 'big.pdf', content: content(), fields: { tray: randomUUID() } })
      expect(answer.status).toBe(422)
      expect(answer.text).toContain(`“big.pdf” ${sentence}`)
      expect(await nothingLeft(own)).toBe('0,0')
    })

  it('is the eleventh, or makes all of them more than 100 MB', async () => {
    const staff = await staffOf()
    const tray = randomUUID()
    for (let n = 0; n < 10; n++) await added(staff, png, `${n}.png`, tray)
    const eleventh = await add(staff, png, 'eleventh.png', tray)
    expect([eleventh.status, idsIn(eleventh.text).length]).toEqual([422, 10])
    expect(eleventh.text).toContain('“eleventh.png” was not added')

    const heavy = randomUUID()
    for (let n = 0; n < 4; n++) await added(staff, Buffer.alloc(25 * megabyte), `${n}.bin`, heavy)
    const fifth = await add(staff, Buffer.alloc(1), 'fifth.bin', heavy)
    expect([fifth.status, idsIn(fifth.text).length]).toEqual([422, 4])
    expect(fifth.text).toContain('larger than 100 MB together')
  })

  it('finds an organisation without room, and says so', async () => {
    const own = await ostoja.newTenant()
    const staff = await staffOf(own)
    await admin.query('update tenants set most_bytes = 600000 where id = $1', [own])
    expect((await add(staff, randomBytes(chunk))).status).toBe(200)
    const answer = await add(staff, randomBytes(2 * chunk), 'second.bin', randomUUID())
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('storage is full')
    expect(await nothingLeft(own)).toBe('1,1')
  })

  it('comes without the token of the session', async () => {
    const own = await ostoja.newTenant()
    const staff = await staffOf(own)
    const answer = await staff.agent.post('/attachments').field('_csrf', 'forged').attach('files', png, 'a.png')
    expect([answer.status, await nothingLeft(own)]).toEqual([403, '0,0'])
    const behind = await staff.agent.post('/attachments').attach('files', png, 'a.png').field('_csrf', 'late')
    expect([behind.status, await nothingLeft(own)]).toEqual([403, '0,0'])
  })
})

describe('a name', () => {
  const names: [what: string, sent: string, given: string][] = [
    ['with a path', '../../etc/passwd', 'passwd'],
    ['with a path of Windows', 'C:\\\\Users\\\\anna\\\\plan.docx', 'plan.docx'],
    ['that turns its direction', 'photo\u202Egnp.exe', 'photognp.exe'],
    ['with a NUL and a line break', 'a\0b\u2028.txt', 'ab.txt'],
    ['of 300 signs', `${'ż'.repeat(296)}.png`, `${'ż'.repeat(195)}….png`],
    ['in Polish', 'Zażółć gęślą jaźń.pdf', 'Zażółć gęślą jaźń.pdf'],
    ['of markup', '<img src=x onerror=alert(1)>.png', '<img src=x onerror=alert(1)>.png'],
    ['of dots', '..', 'file without a name'],
  ]
  for (const [what, sent, given] of names)
    it(`${what} is made fit to be shown and given back`, async () => {
      const staff = await staffOf()
      const answer = await add(staff, png, sent)
      expect(answer.status, answer.text).toBe(200)
      const id = idsIn(answer.text)[0]!
      const { headers } = await read(staff, `/attachments/${id}/download`)
      const said = String(headers['content-disposition'])
      const name = /filename\*=UTF-8''([^;]+)/.exec(said)?.[1]
      expect(name ? decodeURIComponent(name) : /filename="?([^";]*)/.exec(said)?.[1]).toBe(given)
      expect(answer.text).not.toContain('<img src=x')
    })
})

describe('an upload that breaks off', () => {
  const points = {
    'before its first byte': 0,
    'in its first piece': 1000,
    'between pieces': 2 * chunk,
    'near its end': 25 * megabyte - 1,
  }
  for (const [where, bytes] of Object.entries(points))
    it(`${where} leaves nothing`, async () => {
      const own = await ostoja.newTenant()
      const staff = await staffOf(own)
      const whole = Math.floor(Math.max(0, bytes - 1) / chunk)
      await staff.uploader.breakOff(
        { name: 'a.bin', content: [Buffer.alloc(bytes)], fields: { tray: randomUUID() } },
        () =>
          until(
            'its whole pieces are stored',
            async () =>
              (await count('attachments', own)) === Math.sign(bytes) &&
              (await count('attachment_chunks', own)) >= whole,
          ),
      )
      await until('nothing is left', async () => (await nothingLeft(own)) === '0,0')
    })

  it('and ends as if that were all is told so, and leaves nothing', async () => {
    const own = await ostoja.newTenant()
    const staff = await staffOf(own)
    const answer = await staff.uploader.sendCut({
      name: 'a.bin',
      content: [Buffer.alloc(2 * chunk)],
      fields: { tray: randomUUID() },
    })
    expect([answer.status, await nothingLeft(own)]).toEqual([422, '0,0'])
    expect(answer.text).toContain('was not uploaded completely')
  })
})

describe('rounds', () => {
  it('take away what was not sent for a week, and nothing earlier', async () => {
    const own = await ostoja.newTenant()
    await added(await staffOf(own), png)
    const { attachments } = ostoja.features
    await attachments.sweep(systemActor(own))
    expect(await nothingLeft(own)).toBe('1,1')
    ostoja.skip(7 * 24 * 60 * minute + minute)
    await attachments.sweep(systemActor(own))
    expect(await nothingLeft(own)).toBe('0,0')
  })
})

describe('chunks that somebody with the database has changed', () => {
  const changes: Record<string, (id: string, other: string) => Promise<unknown>> = {
    'one bit': id =>
      admin.query(
        `update attachment_chunks set bytes = set_byte(bytes, 77, get_byte(bytes, 77) # 4) where attachment_id = $1 and position = 2`,
        [id],
      ),
    'the last cut off': id =>
      admin.query('delete from attachment_chunks where attachment_id = $1 and position = 3', [id]),
    'one left out': async id => {
      await admin.query('delete from attachment_chunks where attachment_id = $1 and position = 1', [id])
      await admin.query(
        'update attachment_chunks set position = position - 1 where attachment_id = $1 and position > 1',
        [id],
      )
    },
    'two exchanged': id =>
      admin.query(
        `with two as (select position, bytes from attachment_chunks where attachment_id = $1 and position in (1, 2))
        update attachment_chunks c set bytes = two.bytes from two where c.attachment_id = $1 and c.position = 3 - two.position and c.position in (1, 2)`,
        [id],
      ),
    'one of another file': (id, other) =>
      admin.query(
        `update attachment_chunks c set bytes = o.bytes from attachment_chunks o where c.attachment_id = $1 and o.attachment_id = $2 and c.position = 2 and o.position = 2`,
        [id, other],
      ),
    'the bytes of one cut': id =>
      admin.query(
        'update attachment_chunks set bytes = substring(bytes from 1 for 1000) where attachment_id = $1 and position = 1',
        [id],
      ),
  }
  for (const [what, change] of Object.entries(changes))
    it(`${what}: the download breaks, and is never taken for a whole one`, async () => {
      const staff = await staffOf()
      const content = randomBytes(3 * chunk + 5)
      const [id, other] = [await added(staff, content), await added(staff, content)]
      await change(id, other)
      const back = await read(staff, `/attachments/${id}`)
      expect([back.status, back.whole]).toEqual([200, false])
      expect(content.subarray(0, back.body.length).equals(back.body)).toBe(true)
      await until('the damage is written down', async () => {
        const { rows } = await admin.query('select 1 from audit_events where subject_id = $1 and action = $2', [
          id,
          'attachment.found-damaged',
        ])
        return rows.length === 1
      })
      expect(hash((await read(staff, `/attachments/${other}`)).body)).toBe(hash(content))
    })

  it('at their beginning, or in what is known of the file: a page says so, and nothing of the file is sent', async () => {
    const staff = await staffOf()
    await proveFor(staff, `/attachments/${await added(staff, randomBytes(100))}`)
    for (const statement of [
      `update attachment_chunks set bytes = set_byte(bytes, 0, get_byte(bytes, 0) # 1) where attachment_id = $1 and position = 0`,
      `delete from attachment_chunks where attachment_id = $1`,
      `update attachments set facts_sealed = set_byte(facts_sealed, 40, get_byte(facts_sealed, 40) # 1) where id = $1`,
    ]) {
      const id = await added(staff, randomBytes(100))
      await admin.query(statement, [id])
      const page = await staff.get(`/attachments/${id}/download`)
      expect([page.status, page.headers['content-type']]).toEqual([410, 'text/html; charset=utf-8'])
      expect(page.text).toContain('This file is damaged')
    }
  })
})
