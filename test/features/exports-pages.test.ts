import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extractWithTools, openWithAge } from '../support/age-cli.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import type { Visitor } from '../support/visitor.ts'

type Bundle = { meta: { tag: { code: string }[] } }
const binary = (res: unknown, done: (fault: Error | null, body: Buffer) => void) => {
  const parts: Buffer[] = []
  const stream = res as NodeJS.ReadableStream
  stream.on('data', (part: Buffer) => parts.push(part))
  stream.on('end', () => done(null, Buffer.concat(parts)))
}

let ostoja: Ostoja
let officer: Visitor

beforeAll(async () => {
  ostoja = await startOstoja()
  officer = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
})
afterAll(() => ostoja.close())

const post = (passphrase: string, repeated = passphrase) =>
  officer.post('/exports', { passphrase, repeated }, '/exports/new')

/** Waits as the page does, by asking for the progress. */
const finished = (path: string) =>
  until('the export is finished', async () => {
    const { body } = (await officer.get(`${path}/progress`)) as { body: { done: boolean } }
    return body.done
  })

describe('the pages of the exports', () => {
  it('lead a security officer from a suggested passphrase to a file that opens', async () => {
    const suggested = />([a-z-]+-[a-z-]+)<\/p>/.exec((await officer.get('/exports/new')).text)?.[1] ?? ''
    expect(suggested.split('-').length).toBeGreaterThanOrEqual(6)

    const asked = await post(suggested)
    expect(asked.status).toBe(303)
    const path = asked.headers.location!
    expect(path).toMatch(/^\/exports\/[0-9a-f-]{36}$/)
    await finished(path)

    const page = await officer.get(path)
    expect(page.text).toContain(`${path}/file`)
    expect(page.text).not.toContain(suggested)
    const file = await officer.get(`${path}/file`).buffer(true)
    expect(file.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(file.text)),
    })
    expect(file.headers['content-disposition']).toMatch(
      /^attachment; filename="?ostoja-export-\d{4}-\d\d-\d\d\.html"?$/,
    )
    expect(page.text).toContain(createHash('sha256').update(file.text).digest('hex'))

    const html = join(ostoja.dataDir, 'fetched.html')
    await writeFile(html, file.text)
    await extractWithTools(html, `${html}.age`)
    expect(await openWithAge(`${html}.age`, suggested, `${html}.ndjson`)).toMatchObject({ code: 0 })
    expect((await officer.get('/exports')).text).toContain(path)
  })

  it('suggest the same words again after a refusal, and new ones for what was never a suggestion', async () => {
    const wordsIn = (page: string) => / id="suggested"[^>]*>([^<]+)</.exec(page)?.[1] ?? ''
    const form = (await officer.get('/exports/new')).text
    const suggested = wordsIn(form)
    expect(form).toContain(`name="_suggestedPassphrase" value="${suggested}"`)
    const send = (again: string) =>
      officer.post(
        '/exports',
        { format: 'viewer', passphrase: 'haslo-2026', repeated: 'haslo-2026', _suggestedPassphrase: again },
        '/exports/new',
      )
    const refused = await send(suggested)
    expect([refused.status, wordsIn(refused.text)]).toEqual([422, suggested])
    for (const odd of ['', 'too-few-words', '<b>-a-b-c-d-e', 'a'.repeat(300)]) {
      const words = wordsIn((await send(odd)).text)
      expect(words).not.toBe(odd)
      expect(words.split('-').length).toBeGreaterThanOrEqual(6)
    }
  })

  it('refuse a weak or mistyped passphrase beside its field, and never send one back', async () => {
    const weak = await post('haslo-2026')
    expect(weak.status).toBe(422)
    expect(weak.text).toContain('id="passphrase-problem"')
    expect(weak.text).not.toContain('haslo-2026')

    const unlike = await post('zupełnie inne Słowa 91', 'zupełnie inne Słowa 19')
    expect(unlike.status).toBe(422)
    expect(unlike.text).toContain('id="repeated-problem"')
    expect(unlike.text).not.toContain('Słowa 91')

    const both = await post('haslo', 'halso')
    expect(both.text).toContain('id="passphrase-problem"')
    expect(both.text).toContain('id="repeated-problem"')
    expect((await post('')).status).toBe(422)
    expect((await post('x'.repeat(100_000))).status).toBe(422)
  })

  it('make a file for an officer’s key without any passphrase, and take its opening code as proof', async () => {
    const identity = await generateX25519Identity()
    const publicKey = await identityToRecipient(identity)
    await officer.post('/exports/keys', { name: 'Laptop', publicKey }, '/exports/keys')
    const keyId = /name="keyIds\[\]" value="([0-9a-f-]{36})"/.exec((await officer.get('/exports/new')).text)?.[1] ?? ''
    const ask = (fields: Record<string, string>) =>
      officer.post('/exports', { passphrase: '', repeated: '', 'keyIds[]': keyId, ...fields }, '/exports/new')

    const both = await ask({
      format: 'fhir',
      passphrase: 'krokus lampa wiadro sowa',
      repeated: 'krokus lampa wiadro sowa',
    })
    expect(both.status).toBe(422)
    expect(both.text).toContain('id="keyIds-problem"')
    expect(both.text).toMatch(new RegExp(`value="${keyId}" checked`))

    const path = (await ask({ format: 'fhir' })).headers.location!
    await finished(path)
    const file = await officer.get(`${path}/file`).buffer(true).parse(binary)
    expect(file.headers['content-disposition']).toMatch(/ostoja-export-\d{4}-\d\d-\d\d\.fhir\.json\.age/)
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    const bundle = JSON.parse(await decrypter.decrypt(file.body as Buffer, 'text')) as Bundle
    const code = bundle.meta.tag[0]!.code
    expect((await officer.get(path)).text).toContain('/exports/proofs')

    for (const wrong of ['', 'ABC', '22222222'])
      expect([wrong, (await officer.post('/exports/proofs', { code: wrong }, '/exports/proofs')).status]).toEqual([
        wrong,
        422,
      ])
    const proved = await officer.post(
      '/exports/proofs',
      { code: ` ${code.slice(0, 4)} ${code.slice(4).toLowerCase()} ` },
      '/exports/proofs',
    )
    expect(proved.headers.location).toBe(path)
    expect((await officer.get(path)).text).not.toContain('href="/exports/proofs"')
    const stranger = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
    expect((await stranger.post('/exports/proofs', { code }, '/exports/proofs')).status).toBe(422)

    await officer.post(`/exports/keys/${keyId}/retire`, {}, '/exports/keys')
    const gone = await ask({ format: 'csv' })
    expect(gone.status).toBe(422)
    expect(gone.text).toContain('no longer in use')
  })

  it('exist for nobody else', async () => {
    const staff = await ostoja.signedIn(await ostoja.newTenant(), ['staff', 'administrator'])
    for (const path of ['/exports', '/exports/new']) expect((await staff.get(path)).status).toBe(403)
    expect((await ostoja.visitor().get('/exports')).headers.location).toBe('/sign-in')
    const other = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
    const path = /href="(\/exports\/[0-9a-f-]{36})"/.exec((await officer.get('/exports')).text)?.[1] ?? ''
    for (const each of [path, `${path}/progress`, `${path}/file`, '/exports/nothing'])
      expect([each, (await other.get(each)).status]).toEqual([each, 404])
  })
})
