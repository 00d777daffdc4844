import { readFile } from 'node:fs/promises'
import iconv from 'iconv-lite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { filePassphrase, openAge } from '../support/sealed-files.ts'
import { until } from '../support/until.ts'

type Staff = Awaited<ReturnType<Ostoja['signedIn']>>

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

const staffOf = async (tenantId?: string): Promise<Staff> =>
  ostoja.signedIn(tenantId ?? (await ostoja.newTenant()), ['staff'])
const upload = (staff: Staff, content: string | Buffer, name = 'people.csv') =>
  staff.upload('/imports', 'file', Buffer.from(content as string), name, '/imports')

/** The address of the import a file became. */
const uploaded = async (staff: Staff, content: string | Buffer, name?: string): Promise<string> => {
  const answer = await upload(staff, content, name)
  expect(answer.status, answer.text.slice(0, 2000)).toBe(303)
  return answer.headers.location as string
}

/** What the form of columns would send as it stands. */
const columnsAsGuessed = (html: string) => {
  const fields: Record<string, string> = { encoding: /name="encoding" value="([^"]+)"/.exec(html)![1]! }
  for (const [, name, options] of html.matchAll(/<select[^>]*?name="([^"]+)"[^>]*>(.*?)<\/select>/gs))
    fields[name!] = /<option value="([^"]*)" selected/.exec(options!)?.[1] ?? ''
  if (/name="dropDigits"[^>]*checked/s.test(html)) fields.dropDigits = 'on'
  return fields
}

const previewed = async (staff: Staff, content: string | Buffer, changes: Record<string, string> = {}) => {
  const address = await uploaded(staff, content)
  const columns = columnsAsGuessed((await staff.get(address)).text)
  const answer = await staff.post(`${address}/columns`, { ...columns, ...changes }, address)
  expect(answer.status, answer.text.slice(0, 2000)).toBe(303)
  return address
}

const finished = async (staff: Staff, address: string) => {
  await until('the import has ended', async () => {
    const { body } = (await staff.get(`${address}/progress`)) as { body: { done: boolean } }
    return body.done
  })
  return (await staff.get(address)).text
}

const imported = async (staff: Staff, content: string | Buffer) => {
  const address = await previewed(staff, content)
  expect((await staff.post(`${address}/start`, {}, address)).status).toBe(303)
  return { address, page: await finished(staff, address) }
}

/** The refused rows as they leave, opened by their passphrase. */
const refusedRows = async (staff: Staff, address: string) => {
  const fields = { passphrase: filePassphrase, repeated: filePassphrase }
  const { headers, body } = await staff.fetchFile(`${address}/refused.csv`, fields, address)
  return { headers, text: (await openAge(body)).replace(/^\ufeff?/, '\ufeff') }
}

/** The four numbers of a preview or a result: new, changed, unchanged, refused. */
const tally = (html: string) =>
  [...html.matchAll(/<strong>([\d,\s]+)<\/strong>/g)].map(match => Number(match[1]!.replace(/\D/g, '')))

const asOwner = async <T extends pg.QueryResultRow>(statement: string): Promise<T[]> => {
  const admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  const { rows } = await admin.query<T>(statement)
  await admin.end()
  return rows
}

const actorOf = ({ account }: Staff) => ({
  tenantId: account.tenantId,
  accountId: account.id,
  roles: ['staff'] as const,
})

const profilesOf = async (staff: Staff) => {
  const { db, clients } = ostoja.features
  const actor = { tenantId: staff.account.tenantId, accountId: staff.account.id, roles: ['staff'] as const }
  const all = []
  for await (const some of clients.readActive(actor)) all.push(...some.map(client => client.profile))
  expect(db).toBeDefined()
  return all
}

const problemOn = (html: string) =>
  /id="file-problem"[^>]*>(.*?)<\/div>/s
    .exec(html)?.[1]
    ?.replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

describe('the Synthea file', () => {
  it('goes in as it is, with no click but the ones that say go, and comes out again', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, await readFile(new URL('../data/synthea-patients.csv', import.meta.url)))
    expect(tally((await staff.get(address)).text)).toEqual([1171, 0, 0, 0])

    await staff.post(`${address}/start`, {}, address)
    expect(tally(await finished(staff, address))).toEqual([1171, 0, 0, 0])

    const profiles = await profilesOf(staff)
    expect(profiles).toHaveLength(1171)
    expect(profiles.filter(profile => profile.deceasedOn)).toHaveLength(171)
    expect(profiles.some(profile => /\d/.test(profile.givenNames + profile.familyName))).toBe(false)
    expect(profiles.find(profile => profile.fileNumber === '1d604da9-9a81-4ba9-80c2-de3375d59b40')).toMatchObject({
      givenNames: 'José Eduardo',
      familyName: 'Gómez',
      birthDate: '1989-05-25',
      gender: 'male',
      addresses: [
        {
          use: 'home',
          line: '427 Balistreri Way Unit 19',
          postalCode: '01013',
          city: 'Chicopee',
          region: 'Massachusetts',
        },
      ],
    })

    const again = await previewed(staff, await readFile(new URL('../data/synthea-patients.csv', import.meta.url)))
    expect(tally((await staff.get(again)).text)).toEqual([0, 0, 1171, 0])

    await staff.post(`${address}/take-back`, {}, address)
    expect(tally(await finished(staff, address))).toEqual([1171, 0, 0])
    expect(await profilesOf(staff)).toHaveLength(0)
  })
})

describe('an import', () => {
  it('in Windows-1250 with semicolons keeps Polish letters', async () => {
    const staff = await staffOf()
    await imported(
      staff,
      iconv.encode('Imię;Nazwisko;Data urodzenia;Tel. kom.\r\nŁucja;Żółkiewska;3.04.1985;601 234 567\r\n', 'win1250'),
    )
    const [profile] = await profilesOf(staff)
    expect(profile).toMatchObject({
      givenNames: 'Łucja',
      familyName: 'Żółkiewska',
      birthDate: '1985-04-03',
      fileNumber: '000001',
    })
    expect(profile!.phones).toEqual([{ type: 'mobile', number: '+48601234567', typed: '601 234 567' }])
  })

  it('changes whom it knows by file number, refuses repeats and lookalikes, and says all of it beforehand', async () => {
    const staff = await staffOf()
    await imported(
      staff,
      'Nr teczki;Imię;Nazwisko;Data ur.;Telefon\nA-1;Anna;Nowak;1985-04-03;601234567\nA-2;Jan;Kot;1990-01-01;\n',
    )
    const { address, page } = await imported(
      staff,
      'Nr teczki;Imię;Nazwisko;Data ur.;Telefon\nA-1;Anna;Kowalska;3.04.1985;602345678\na-2;Jan;Kot;;\n;JAN;KÓT;1.01.1990;\nA-3;Ewa;Lis;;\nA-3;Ewa;Lis;;\n;Ala;Lis;2.02.2000;\n;Ala;Lis;2.02.2000;\n',
    )
    expect(tally(page)).toEqual([2, 1, 1, 3])

    const csv = await refusedRows(staff, address)
    expect(csv.headers['content-disposition']).toMatch(/^attachment; filename="?ostoja-refused-rows-[\d-]{10}\.age"?$/)
    const lines = csv.text.split('\r\n')
    expect(lines[0]).toBe('\ufeffWhy refused;Nr teczki;Imię;Nazwisko;Data ur.;Telefon')
    expect(lines[1]).toMatch(/^Looks like an existing client.*;;JAN;KÓT;1.01.1990;$/)
    expect(lines[2]).toBe('Another row has the same file number.;A-3;Ewa;Lis;;')
    expect(lines[3]).toBe('Another row has the same name and birth date.;;Ala;Lis;2.02.2000;')

    const anna = (await profilesOf(staff)).find(profile => profile.fileNumber === 'A-1')
    expect(anna).toMatchObject({ familyName: 'Kowalska', birthDate: '1985-04-03' })
    expect(anna!.phones.map(phone => phone.number)).toEqual(['+48601234567', '+48602345678'])

    await staff.post(`${address}/take-back`, {}, address)
    expect(tally(await finished(staff, address))).toEqual([2, 1, 0])
    expect((await profilesOf(staff)).map(profile => profile.familyName).toSorted()).toEqual(['Kot', 'Nowak'])
  })

  it('shows what changes in each row before it starts', async () => {
    const staff = await staffOf()
    await imported(staff, 'Nr teczki;Imię;Nazwisko;Data ur.\nA-1;Anna;Nowak;1985-04-03\n')
    const address = await previewed(staff, 'Nr teczki;Imię;Nazwisko;Data ur.\nA-1;Anna;Kowalska;1985-04-03\nB-1;;;\n')
    const { text } = await staff.get(`${address}/rows?show=changed`)
    expect(text).toMatch(/<del[^>]*>Nowak<\/del>.*<ins>Kowalska<\/ins>/s)
    expect((await staff.get(`${address}/rows?show=refused`)).text).toContain('There is no name.')
  })

  it('that shows what is recorded of somebody has that person read, by whoever looks', async () => {
    const staff = await staffOf()
    await imported(staff, 'Nr teczki;Imię;Nazwisko\nA-1;Anna;Nowak\nA-2;Jan;Kot\n')
    const address = await previewed(staff, 'Nr teczki;Imię;Nazwisko\nA-1;Anna Maria;Nowak\nB-1;Ewa;Lis\n')
    const reader = await staffOf(staff.account.tenantId)
    await reader.get(`${address}/rows?show=changed`)
    await reader.get(`${address}/rows?show=new`)
    const readings = await asOwner<{ id: string; detail: object }>(
      `select subject_id as id, detail from audit_events where action = 'client.viewed' and account_id = ${reader.account.id} and tenant_id = '${staff.account.tenantId}'`,
    )
    const actor = { tenantId: staff.account.tenantId, accountId: reader.account.id, roles: ['staff'] as const }
    const { hits } = await ostoja.features.clients.search(actor, 'nowak')
    expect(readings).toEqual([{ id: hits[0]!.id, detail: { import: address.split('/').pop() } }])
    expect(await ostoja.features.db.asTenant(actor, trx => ostoja.features.clients.recent(trx, actor))).toEqual([])
  })

  it('of mended refused rows takes them in', async () => {
    const staff = await staffOf()
    const { address } = await imported(staff, "Imię,Nazwisko,Data ur.\nAnna,=cmd|' /C calc'!A0,1.1.2030\n")
    const { text } = await refusedRows(staff, address)
    expect(text).toContain("Anna,'=cmd|' /C calc'!A0,1.1.2030")
    const { page } = await imported(staff, text.replace('2030', '2003'))
    expect(tally(page)).toEqual([1, 0, 0, 0])
    expect((await profilesOf(staff))[0]!.familyName).toBe("=cmd|' /C calc'!A0")
  })

  it('keeps who was changed later when it is taken back', async () => {
    const staff = await staffOf()
    const { address } = await imported(staff, 'Nr teczki;Imię\nA-1;Anna\nA-2;Jan\n')
    await imported(staff, 'Nr teczki;Imię\nA-1;Anna Maria\n')
    await staff.post(`${address}/take-back`, {}, address)
    expect(tally(await finished(staff, address))).toEqual([1, 0, 1])
  })

  it('started twice goes in once', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, 'Imię\nAnna\nJan\n')
    await Promise.all([staff.post(`${address}/start`, {}, address), staff.post(`${address}/start`, {}, address)])
    await finished(staff, address)
    await staff.post(`${address}/start`, {}, '/imports')
    expect(tally(await finished(staff, address))).toEqual([2, 0, 0, 0])
    expect(await profilesOf(staff)).toHaveLength(2)
  })

  it('asks again where columns make no sense, and keeps what was chosen', async () => {
    const staff = await staffOf()
    const address = await uploaded(staff, 'a;b\nAnna;x\n')
    const form = { encoding: 'utf-8', dayOrder: 'month-first', 'columns[0]': 'city', 'columns[1]': 'city' }
    const answer = await staff.post(`${address}/columns`, form, address)
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('without a name nobody can be recorded')
    expect(answer.text).toContain('Another column is already recorded as this.')
    expect(columnsAsGuessed(answer.text)).toEqual(form)
  })

  it('has its headings in the row that a person chooses, to and fro', async () => {
    const staff = await staffOf()
    const address = await uploaded(staff, 'Lista;A;B;C\nImię;Nazwisko;Tel\nAnna;Nowak;601234567\n')
    const rowsThere = async () =>
      (await ostoja.features.imports.view(actorOf(staff), address.split('/').pop()!)).row_count
    expect(await rowsThere()).toBe(2)
    for (const [row, left] of [
      ['1', 2],
      ['2', 1],
      ['2', 1],
      ['1', 2],
      ['2', 1],
    ] as const) {
      expect((await staff.post(`${address}/header`, { row }, address)).status).toBe(303)
      expect(await rowsThere()).toBe(left)
    }
    expect((await staff.post(`${address}/header`, { row: '77' }, address)).status).toBe(404)
    expect((await staff.post(`${address}/header`, { row: 'x' }, address)).status).toBe(422)
    await staff.post(`${address}/columns`, columnsAsGuessed((await staff.get(address)).text), address)
    await staff.post(`${address}/start`, {}, address)
    await finished(staff, address)
    expect(await profilesOf(staff)).toMatchObject([{ givenNames: 'Anna', familyName: 'Nowak' }])
    expect((await staff.post(`${address}/header`, { row: '1' }, '/imports')).status).toBe(409)
  })

  it('can be discarded before it starts, and then nothing of its rows is left', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, 'Imię\nAnna\n')
    await staff.post(`${address}/discard`, {}, address)
    expect(
      await asOwner(
        `select 1 from import_rows r join imports i on i.id = r.import_id where i.id = '${address.split('/').pop()!}'`,
      ),
    ).toEqual([])
    expect((await staff.post(`${address}/start`, {}, '/imports')).status).toBe(409)
  })

  it('keeps only refused rows once it is done, and those for 30 days', async () => {
    const staff = await staffOf()
    const { address } = await imported(staff, 'Imię;Data ur.\nAnna;\nJan;zzz\n')
    const left = () =>
      asOwner<{ outcome: string }>(`select outcome from import_rows where import_id = '${address.split('/').pop()!}'`)
    expect(await left()).toEqual([{ outcome: 'refused' }])
    ostoja.skip(31 * 24 * 60 * 60_000)
    await upload(await staffOf(staff.account.tenantId), 'Imię\nEwa\n')
    expect(await left()).toEqual([])
  })

  it('is nobody else’s: other tenants find nothing, other roles are refused', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, 'Imię\nAnna\n')
    const stranger = await staffOf()
    for (const path of ['', '/columns', '/rows', '/progress', '/refused.csv'])
      expect((await stranger.get(address + path)).status, path).toBe(404)
    for (const path of ['/columns', '/start', '/discard', '/take-back'])
      expect((await stranger.post(address + path, {}, '/imports')).status, path).toBe(404)
    const officer = await ostoja.signedIn(staff.account.tenantId, ['security_officer'])
    expect((await officer.get('/imports')).status).toBe(403)
    expect((await officer.get(address)).status).toBe(403)
  })

  it('leaves nothing of a row, a header or a file name in the clear', async () => {
    const staff = await staffOf()
    const [name, header, file] = [unlikely('Qx'), unlikely('Hx'), unlikely('Fx')]
    const address = await uploaded(staff, `Imię;${header};Data ur.\nAnna ${name};${name};1.1.2030\n`, `${file}.csv`)
    await staff.post(`${address}/columns`, columnsAsGuessed((await staff.get(address)).text), address)
    expect((await staff.get(`${address}/rows`)).text).toContain(name)
    const everything = JSON.stringify([
      ...(await asOwner(`select i::text from imports i`)),
      ...(await asOwner(`select r::text from import_rows r`)),
      ...(await asOwner(`select a::text from audit_events a`)),
      ...(await asOwner(`select j::text from graphile_worker._private_jobs j`)),
    ])
    for (const secret of [name, header, file])
      for (const encoding of ['utf8', 'hex', 'base64', 'utf16le'] as const)
        expect(everything).not.toContain(
          encoding === 'utf8' ? secret : Buffer.from(secret).toString(encoding).replace(/=+$/, '').slice(1, -1),
        )
  })

  it('is written down step by step', async () => {
    const staff = await staffOf()
    const { address } = await imported(staff, 'Imię;Data ur.\nAnna;\nJan;zzz\n')
    await refusedRows(staff, address)
    await staff.post(`${address}/take-back`, {}, address)
    const events = await asOwner<{ action: string; account_id: number; detail: object }>(
      `select action, account_id, detail from audit_events where subject_id = '${address.split('/').pop()!}' and action <> 'import.rows-read' order by id`,
    )
    expect(events.map(event => event.action)).toEqual([
      'import.uploaded',
      'import.started',
      'import.finished',
      'import.refused-rows-downloaded',
      'import.taken-back',
    ])
    expect(new Set(events.map(event => event.account_id))).toEqual(new Set([staff.account.id]))
    expect(events[2]!.detail).toEqual({ new: 1, changed: 0, unchanged: 0, refused: 1 })
  })
})

describe('a file that is none', () => {
  it.each([
    ['nothing', '', 'The file is empty.'],
    ['only a header', 'Imię;Nazwisko\n', 'only the names of columns'],
    ['a NUL', 'a,b\n1\0,2', 'not a text file'],
    ['an .xlsx', 'PK\u0003\u0004zz', 'an Excel workbook'],
    ['an open quotation mark', 'a,b\n1,"2\n', 'The problem is in row 2'],
    ['a cell of 20,001 signs', `a,b\n1,${'x'.repeat(20_001)}\n`, 'more than 20,000 characters'],
    ['201 columns', `${'a,'.repeat(200)}a\n1\n`, 'more than 200 columns'],
  ])('%s: refused in a plain sentence beside the field, and nothing kept', async (_, content, sentence) => {
    const staff = await staffOf()
    const answer = await upload(staff, content)
    expect(answer.status).toBe(422)
    expect(problemOn(answer.text)).toContain(sentence)
    expect(await asOwner(`select 1 from imports where tenant_id = '${staff.account.tenantId}'`)).toEqual([])
  })

  it('no file at all: says to choose one', async () => {
    const staff = await staffOf()
    const token = staff.tokenOf((await staff.get('/imports')).text)
    const boundary = 'zzz'
    const body = `--${boundary}\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--${boundary}\r\nContent-Disposition: form-data; name="file"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--${boundary}--\r\n`
    const answer = await staff.agent
      .post('/imports')
      .set('Accept-Language', 'en')
      .set('Content-Type', `multipart/form-data; boundary=${boundary}`)
      .send(body)
    expect([answer.status, problemOn(answer.text)]).toEqual([422, expect.stringContaining('Choose a file.')])
  })

  it('that ends before its form does: says that it was not uploaded completely, and keeps nothing', async () => {
    const staff = await staffOf()
    const token = staff.tokenOf((await staff.get('/imports')).text)
    const body = `--zzz\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--zzz\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nImię\nAnna\n`
    const answer = await staff.agent
      .post('/imports')
      .set('Accept-Language', 'en')
      .set('Content-Type', 'multipart/form-data; boundary=zzz')
      .send(body)
    expect([answer.status, problemOn(answer.text)]).toEqual([
      422,
      expect.stringContaining('was not uploaded completely'),
    ])
    expect(await asOwner(`select 1 from imports where tenant_id = '${staff.account.tenantId}'`)).toEqual([])
  })

  it('without the token of the session is refused', async () => {
    const staff = await staffOf()
    const answer = await staff.agent.post('/imports').attach('file', Buffer.from('Imię\nAnna\n'), 'a.csv')
    expect(answer.status).toBe(403)
    expect((await staff.agent.post('/imports').type('form').send({ a: 1 })).status).toBe(403)
    expect(await asOwner(`select 1 from imports where tenant_id = '${staff.account.tenantId}'`)).toEqual([])
  })
})
