import { Router } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { record } from '../../src/platform/audit/record.ts'
import { Away } from '../../src/platform/outage.ts'
import { actorOf, anyone, signedIn } from '../../src/platform/web/guard.ts'
import { anotherWeb } from '../support/another-web.ts'
import { formsIn } from '../support/forms.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let web: Awaited<ReturnType<typeof anotherWeb>>
let visitor: Visitor

const fail = () => {
  throw new Away('postgres')
}
const moreRoutes = () => {
  const router = Router()
  router.get('/away', anyone(), fail)
  router.post('/away', signedIn(), fail)
  router.post('/away/files', signedIn({ upload: true }), fail)
  router.post('/away/asked', signedIn({ background: true }), fail)
  router.post('/away/saved', signedIn(), async (_req, res) => {
    const actor = actorOf(res)
    await ostoja.features.db.asTenant(actor, trx => record(trx, actor, 'settings.changed'))
    fail()
  })
  router.post('/bug', signedIn(), () => {
    throw new TypeError('a bug')
  })
  return router
}

beforeAll(async () => {
  ostoja = await startOstoja()
  web = await anotherWeb(ostoja, [moreRoutes()])
  const account = await ostoja.newAccount(await ostoja.newTenant(), ['staff'])
  visitor = createVisitor(web.url)
  await visitor.signIn(account)
})
afterAll(async () => {
  await web.close()
  await ostoja.close()
})

const awayForm = (html: string, action: string) => formsIn(html).find(form => form.action === action)!

describe('the page of an outage', () => {
  it('holds the form as it was sent, without secrets, and sends it by itself only where that is safe', async () => {
    const [text, secret] = [unlikely(), unlikely('Secret-')]
    const plain = await visitor.post('/away', { text, 'rows[0][x]': '<b>"1"</b>' })
    expect([plain.status, plain.headers['retry-after']]).toEqual([503, '10'])
    expect(plain.text).toContain('data-away="by-itself"')
    expect(awayForm(plain.text, '/away').hidden).toMatchObject({ text })
    expect(plain.text).toContain('value="&lt;b&gt;&#34;1&#34;&lt;/b&gt;"')

    const withSecret = await visitor.post('/away', { text, password: secret, pin: secret, _secret: 'pin' })
    expect(withSecret.text).not.toContain(secret)
    expect(withSecret.text).toContain(text)
    expect(withSecret.text).toContain('data-away="by-hand"')
  })

  it('says when something may have been saved, and does not send it again by itself', async () => {
    const answer = await visitor.post('/away/saved', { text: 'x' })
    expect(answer.status).toBe(503)
    expect(answer.text).toContain('may or may not have been saved')
    expect(answer.text).not.toContain('Nothing was saved')
    expect(answer.text).toContain('data-away="by-hand"')
  })

  it('asks for a file once more', async () => {
    const answer = await visitor.upload('/away/files', 'files', Buffer.from('x'), 'a.txt', '/')
    expect(answer.status).toBe(503)
    expect(answer.text).toMatch(/<input[^>]*type="file"[^>]*name="files"/)
    expect(answer.text).toContain('data-away="by-hand"')
  })

  it('keeps the session of its reader alive, and opens the page that was asked for', async () => {
    const answer = await visitor.get('/away')
    expect(answer.text).toContain('data-countdown')
    expect(answer.text).toContain('href="/away"')
  })

  it('tells what asks by itself in a few bytes, and repeats nothing for another site', async () => {
    const asked = await visitor.post('/away/asked', { text: 'x' })
    expect([asked.status, asked.body]).toEqual([503, { unavailable: true }])
    const text = unlikely()
    const token = visitor.tokenOf((await visitor.get('/')).text)
    const elsewhere = await visitor.agent
      .post('/away')
      .set('Sec-Fetch-Site', 'cross-site')
      .type('form')
      .send({ _csrf: token, text })
    expect(elsewhere.text).not.toContain(text)
  })

  it('is not for bugs', async () => {
    expect((await visitor.post('/bug')).status).toBe(500)
  })
})
