import { randomBytes, randomUUID } from 'node:crypto'
import { deflateSync, gzipSync } from 'node:zlib'
import { Router } from 'express'
import PDFDocument from 'pdfkit'
import { buffer } from 'node:stream/consumers'
import { extractText, getDocumentProxy } from 'unpdf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId, type Actor } from '../../src/platform/actor.ts'
import { signedIn } from '../../src/platform/web/guard.ts'
import { anotherWeb } from '../support/another-web.ts'
import { readableWords } from '../support/clear-text.ts'
import { newClient } from '../support/clients.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { filePassphrase as passphrase, openAge } from '../support/sealed-files.ts'
import { until } from '../support/until.ts'
import { asBytes, createVisitor, type Visitor } from '../support/visitor.ts'
import { contactProfile } from '../support/world.ts'

type Person = Visitor & { account: { id: number; login: string; password: string } }
type File = { status: number; headers: Record<string, string>; body: Buffer }

/** What is known of the client: none of it may be read in what leaves. */
const client = { familyName: unlikely('Nazwisko'), givenNames: unlikely('Imie'), alerts: [unlikely('Uczulenie')] }
const contact = { ...contactProfile, name: unlikely('Kontakt') }
const words = [client.familyName, client.givenNames, ...client.alerts, contact.name, '500000124', '500 000 124']
const sent = Buffer.from(`Plan of ${client.familyName}`)
const sealing = { passphrase, repeated: passphrase }
const png = Buffer.from('89504e470d0a1a0a0000000d494844520000000100000001', 'hex')

let mail: MailServer
let ostoja: Ostoja
let person: Person
let operator: Person
let actor: Actor
const ids: Record<string, string> = {}

beforeAll(async () => {
  mail = await startMailServer()
  ostoja = await startOstoja({ backups: true, env: mail.settings })
  const { emergencyContacts, groups, db, exports, imports, log, attachments, backups } = ostoja.features
  const tenantId = await ostoja.newTenant()
  person = await ostoja.signedIn(tenantId, ['staff', 'security_officer'])
  operator = await ostoja.signedIn(installationId, ['operator'])
  actor = { tenantId, accountId: person.account.id, roles: ['staff', 'security_officer'] }
  const clientId = await newClient(ostoja, actor, client)
  await emergencyContacts.add(actor, clientId, randomUUID(), contact)
  const groupId = randomUUID()
  await groups.create(actor, { id: groupId, name: 'Nocny dyżur' })
  await db.asTenant(actor, trx => groups.keep(trx, actor, clientId, [groupId]))
  await person.get(`/clients/${clientId}`)
  const list = `Nr;Imię;Nazwisko;Data ur.\n1;${client.givenNames};${client.familyName};zzz\n`
  const upload = await person.upload('/imports', 'file', Buffer.from(list), 'a.csv', '/imports')
  ids.importId = String(upload.headers.location).split('/').at(-1)!
  const { reading } = await imports.columns(actor, ids.importId)
  await imports.chooseColumns(actor, ids.importId, reading)
  const exported = await exports.request(actor, { passphrase, keyIds: [], format: 'csv', language: 'pl' })
  const search = await log.keep(actor, {})
  for (const [name, content] of [['attachmentId', sent] as const, ['picture', Buffer.concat([png, sent])] as const]) {
    const tray = randomUUID()
    await attachments.trays.putIn(actor, tray, fileOf(content))
    ids[name] = (await attachments.trays.look(actor, tray)).attachments[0]!.id
  }
  const own = { tenantId: installationId, accountId: operator.account.id, roles: ['operator'] as const }
  const backupId = await backups.request(own)
  Object.assign(ids, { clientId, groupId, exportId: exported!.id, backupId, signingKind: 'openpgp' })
  if ('id' in search) ids.logSearchId = search.id
  await until('the export is made', async () => (await exports.find(actor, ids.exportId!)).status === 'ready')
  await until('the backup is made', async () => (await backups.list(own)).some(({ status }) => status === 'made'))
})
afterAll(async () => {
  await ostoja.close()
  await mail.close()
})

async function* fileOf(content: Buffer) {
  const bytes = async function* () {
    yield content
  }
  yield { field: 'files', name: 'plan.txt', bytes: bytes() }
}

/** How each route is made to send its file, and what somebody reads who has what opens it. */
type Sample = { fetch: (path: string) => Promise<File>; open?: (file: Buffer) => Promise<string>; path?: string }
const get = async (path: string): Promise<File> => {
  const { status, headers, body } = await person.get(path).buffer(true).parse(asBytes)
  return { status, headers: headers as Record<string, string>, body: body as Buffer }
}
const byForm = (path: string) => person.fetchFile(path, sealing)
const inPdf = async (file: Buffer) =>
  (await extractText(await getDocumentProxy(new Uint8Array(file), { password: passphrase }), { mergePages: true })).text
const samples: Record<string, Sample> = {
  'post /clients/:clientId/sheet.pdf': { fetch: byForm, open: inPdf },
  'post /groups/:groupId/sheet.pdf': { fetch: byForm, open: inPdf },
  'post /clients/:clientId/access.pdf': { fetch: byForm, open: inPdf },
  'get /exports/:exportId/file': { fetch: get, open: openAge },
  'post /log/export': { fetch: byForm, open: openAge },
  'post /log/searches/:logSearchId/export': { fetch: byForm, open: openAge },
  'post /imports/:importId/refused.csv': { fetch: byForm, open: openAge },
  'post /backups/:backupId/fetch': {
    fetch: path => operator.fetchFile(path, { part: 'data', password: operator.account.password }),
  },
  'get /account/mail-key/signing/:signingKind': { fetch: get },
  'get /attachments/:attachmentId': { fetch: get, path: '/attachments/:picture' },
  'get /attachments/:attachmentId/download': { fetch: get },
}
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
const fetchFrom = (name: string): Promise<File> => {
  const sample = samples[name]!
  const path = sample.path ?? name.split(' ')[1]!
  return sample.fetch(path.replaceAll(/:(\w+)/g, (_, id: string) => ids[id] ?? expect.fail(`no ${id}`)))
}
const withDownload = (kind: string) =>
  ostoja.routes.filter(({ policy }) => policy.download === kind).map(route => nameOf(route))

describe('what leaves by download', () => {
  it('comes from routes that say what it holds, and each of them is looked into here', () => {
    const declared = ostoja.routes.filter(({ policy }) => policy.download).map(nameOf)
    expect(declared.sort()).toEqual(Object.keys(samples).sort())
  })

  it('cannot come from a route that does not say so: nothing is sent', async () => {
    const router = Router()
    router.get('/by-name', signedIn(), (_req, res) => void res.attachment('a.csv').send(client.familyName))
    router.get('/by-type', signedIn(), (_req, res) => void res.type('application/pdf').send(client.familyName))
    router.get('/inline', signedIn(), (_req, res) => void res.set('Content-Disposition', 'inline').send('a'))
    router.get('/page', signedIn(), (_req, res) => void res.send('a page'))
    const web = await anotherWeb(ostoja, [router])
    const visitor = createVisitor(web.url)
    await visitor.signIn(await ostoja.newAccount(actor.tenantId, ['staff']))
    for (const path of ['/by-name', '/by-type', '/inline']) {
      const { status, headers, text } = await visitor.get(path)
      expect([path, status, headers['content-disposition']]).toEqual([path, 500, undefined])
      expect(text).not.toContain(client.familyName)
    }
    expect((await visitor.get('/page')).status).toBe(200)
    await web.close()
  })

  it('is unreadable without its passphrase where it holds client data, and says something with it', async () => {
    for (const name of withDownload('sealed')) {
      const { status, headers, body } = await fetchFrom(name)
      expect([name, status, headers['content-disposition']?.split(';')[0]]).toEqual([name, 200, 'attachment'])
      expect([name, await readableWords(body, words)]).toEqual([name, []])
      expect([name, await readableWords(Buffer.from(JSON.stringify(headers)), words)]).toEqual([name, []])
      const { open } = samples[name]!
      if (open) expect([name, (await open(body)).includes(client.familyName)]).toEqual([name, true])
    }
  }, 60_000)

  it('holds nothing of a client where it says so', async () => {
    for (const name of withDownload('no-client-data')) {
      const { status, body } = await fetchFrom(name)
      expect([name, status, await readableWords(body, words)]).toEqual([name, 200, []])
    }
  })

  it('is a file of a message only for somebody who typed their password again, and then what was sent', async () => {
    const file = 'get /attachments/:attachmentId/download'
    const path = `/attachments/${ids.attachmentId}/download`
    const asked = await person.get(path)
    expect([asked.status, asked.headers['content-disposition']]).toEqual([200, undefined])
    expect(asked.text).toContain('The file is what was sent')
    expect((await get(`/attachments/${ids.attachmentId}`)).headers.location).toBe(path)

    for (const [password, text] of [
      ['', 'required'],
      ['not mine', 'not your password'],
    ] as const) {
      const again = await person.post(path, { password })
      expect([again.status, again.text.includes(text)]).toEqual([422, true])
      expect((await person.get(path)).headers['content-disposition']).toBeUndefined()
    }
    expect((await person.post(path, { password: person.account.password })).headers.location).toBe(path)
    expect((await fetchFrom(file)).body).toEqual(sent)
    expect((await fetchFrom('get /attachments/:attachmentId')).headers['content-disposition']).toMatch(/^inline/)

    ostoja.skip(5 * 60_000)
    expect((await person.get(path)).headers['content-disposition']).toBeUndefined()
  })

  it('in the clear would be found: as it is, in UTF-16, compressed, in base64, in a PDF', async () => {
    const text = `${client.familyName} ${randomBytes(60).toString('hex')}`
    const pdf = new PDFDocument()
    pdf.text(client.familyName).end()
    const files = [
      Buffer.from(text),
      Buffer.from(text, 'utf16le'),
      Buffer.concat([Buffer.from('a'), deflateSync(text)]),
      Buffer.concat([Buffer.from('a'), gzipSync(text)]),
      Buffer.from(gzipSync(Buffer.from(text)).toString('base64')),
      await buffer(pdf),
    ]
    for (const [index, file] of files.entries())
      expect([index, await readableWords(file, words)]).toEqual([index, [client.familyName]])
  })
})

describe('the form of a PDF', () => {
  const path = () => `/clients/${ids.clientId}/sheet.pdf`

  it('suggests words, and takes them', async () => {
    const form = await person.get(path())
    const suggested = /id="suggested"[^>]*>([^<]+)</.exec(form.text)![1]!
    const { headers, body } = await person.fetchFile(path(), { passphrase: suggested, repeated: suggested })
    expect(headers['content-type']).toBe('application/pdf')
    const pdf = await getDocumentProxy(new Uint8Array(body), { password: suggested })
    expect((await extractText(pdf, { mergePages: true })).text).toContain(client.familyName)
  })

  const wrong: Record<string, [given: string, repeated: string, says: string]> = {
    nothing: ['', '', 'required'],
    'one that is guessed soon': ['Kowalski1!', 'Kowalski1!', 'too easy to guess'],
    'two that differ': [passphrase, `${passphrase}s`, 'not the same'],
    'one that readers would cut': [passphrase.repeat(4), passphrase.repeat(4), 'Some PDF readers'],
    'letters that readers take in two ways': [`${passphrase}-ﬁ①`, `${passphrase}-ﬁ①`, 'Some PDF readers'],
  }
  for (const [what, [given, repeated, says]] of Object.entries(wrong))
    it(`asks again for ${what}, and sends no passphrase back`, async () => {
      const answer = await person.post(path(), { passphrase: given, repeated })
      expect([answer.status, answer.text.includes(says)]).toEqual([422, true])
      if (given) expect(answer.text).not.toContain(`value="${given}"`)
    })
})
