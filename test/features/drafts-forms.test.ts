import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId, type Role } from '../../src/platform/actor.ts'
import { severalAtOnce } from '../support/at-once.ts'
import { formsIn, type FoundForm } from '../support/forms.ts'
import { startOstoja, unlikely, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import type { Visitor } from '../support/visitor.ts'
import { furnish, type World } from '../support/world.ts'

let ostoja: Ostoja
let world: World
const roles: Role[] = ['staff', 'administrator', 'security_officer']
const forms = new Map<string, { page: string; form: FoundForm; account: TestAccount }>()

const minute = 60_000
const keyOf = (own: TestAccount) => ({ tenantId: own.tenantId, accountId: own.id })
const isTyped = ({ form }: { form: FoundForm }) => form.texts.length > 0 && !('_unkept' in form.hidden)

/** An import in whose preview a row waits to be fixed. @returns its id */
const importToFix = async (account: TestAccount): Promise<string> => {
  const visitor = ostoja.visitor()
  await visitor.signIn(account)
  const list = Buffer.from('Imię;Nazwisko;Data urodzenia\nJan;Kowalski;31.02.1990\n')
  const { headers } = await visitor.upload('/imports', 'file', list, 'a.csv', '/imports')
  await visitor.post('/sign-out')
  const id = String(headers.location).split('/').at(-1)!
  const actor = { tenantId: account.tenantId, accountId: account.id, roles }
  const { reading } = await ostoja.features.imports.columns(actor, id)
  await ostoja.features.imports.chooseColumns(actor, id, reading)
  return id
}

/** Every form of every page that can be opened by its address. */
const crawl = async (account: TestAccount, ids: World['ids']) => {
  const visitor = ostoja.visitor()
  await visitor.signIn(account)
  const pages = ostoja.routes
    .filter(route => route.method === 'get' && !route.policy.background)
    .map(({ path }) => ({ path, page: path.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? '') }))
  const answers = await severalAtOnce(pages, ({ page }) => visitor.get(page))
  for (const [index, answer] of answers.entries()) {
    if (answer.status !== 200 || !String(answer.headers['content-type']).includes('html')) continue
    const { path, page } = pages[index]!
    for (const form of formsIn(answer.text)) {
      // The search box stands on every page: once is enough.
      const known = form.action === '/searches' ? form.action : `${path} -> ${form.action}`
      if (!forms.has(known)) forms.set(known, { page, form, account })
    }
  }
  await visitor.post('/sign-out')
}

beforeAll(async () => {
  ostoja = await startOstoja()
  world = await furnish(ostoja, 'Forms')
  await ostoja.newAccount(world.tenantId, ['staff']) // somebody who can yet be brought into a thread
  const account = await ostoja.newAccount(world.tenantId, roles)
  await crawl(account, world.ids)
  await crawl(account, { ...world.ids, importId: await importToFix(account) })
  const withoutAdministrator = await ostoja.newTenant('Bare')
  await crawl(await ostoja.newAccount(installationId, ['operator']), { ...world.ids, tenantId: withoutAdministrator })
})
afterAll(() => ostoja.close())

const end =
  (because: 'administrator' | 'password' | 'deactivated') => (_: Visitor, __: FoundForm, account: TestAccount) =>
    ostoja.features.sessions.end(keyOf(account), because)
const closePage = async (visitor: Visitor, form: FoundForm) => {
  const report = { _csrf: form.hidden._csrf, _page: form.hidden._page, _shown: '0' }
  await visitor.agent.post('/sessions/heartbeat').type('form').send(report)
  return () => visitor.agent.post('/sessions/close').type('form').send(report)
}
const ways: Record<string, (visitor: Visitor, form: FoundForm, account: TestAccount) => unknown> = {
  idle: () => ostoja.skip(10 * minute),
  'the 12 hours': () => ostoja.skip(12 * 60 * minute),
  'a closed tab': async (visitor, form) => {
    await (
      await closePage(visitor, form)
    )()
    ostoja.skip(4000)
  },
  'a killed browser': async (visitor, form) => {
    await closePage(visitor, form)
    ostoja.skip(2 * minute)
  },
  'an administrator': end('administrator'),
  'a password reset': end('password'),
  'a sign-in elsewhere': async (_, __, account) => {
    await ostoja.features.sessions.end(keyOf(account), 'administrator')
    await ostoja.visitor().signIn(account)
  },
  'a Redis that forgot everything': () => ostoja.platform.redis.flushdb(),
  'a token that is no longer right': (_, form) => {
    form.hidden._csrf = 'x'.repeat(64)
  },
}

describe('every form of the product', () => {
  it('carries its token and its page, and where nothing is typed into it says so', () => {
    expect(forms.size).toBeGreaterThan(15)
    for (const [known, { form }] of forms) {
      expect(Object.keys(form.hidden), known).toContain('_page')
      expect(Object.keys(form.hidden), known).toContain('_csrf')
      const something = form.texts.length + form.secrets.length + Object.keys(form.choices).length > 0
      if (!something && !form.multipart)
        expect(Object.keys(form.hidden), `${known} has only buttons`).toContain('_unkept')
    }
  })

  it('that stands in a view has been found here, holds only buttons, or belongs to nobody who is signed in', () => {
    const strangers = ['/sign-in', '/forgotten', '/password/']
    const anything = (action: string) => new RegExp(`^${action.replace(/<%=.*?%>/g, '[^ ]+')}$`)
    const actions = [...forms.values()].map(({ form }) => form.action)
    const unseen = formsOfViews()
      .filter(({ unkept, action }) => !unkept && !actions.some(found => anything(action).test(found)))
      .filter(({ action }) => !strangers.some(start => action.startsWith(start)))
    expect(formsOfViews().length).toBeGreaterThan(20)
    expect(unseen).toEqual([])
  })

  it('names its secrets, so that they are never kept', () => {
    const secretive = [...forms].filter(([, { form }]) => form.secrets.length > 0)
    expect(secretive.length).toBeGreaterThan(1)
    for (const [known, { form }] of secretive) expect([known, form.secrets]).toEqual([known, form.named])
  })

  const numberOfWays = Object.keys(ways).length
  /** In so many ways each form is lost: the first form in the first ways, the next in the ways after the first, and so on. */
  const waysOfEach = rounds({ soak: numberOfWays, usual: 1 })
  for (const [wayIndex, [way, lose]] of Object.entries(ways).entries())
    it(`loses nothing of what is typed to ${way}, without a script and before any draft`, async () => {
      const keeping = [...forms].filter(([, found]) => isTyped(found))
      const lost = keeping.filter((_, index) => (index + wayIndex) % numberOfWays < waysOfEach)
      expect(lost.length).toBeGreaterThan(1)
      for (const [known, { page, account }] of lost) {
        await ostoja.features.sessions.end(keyOf(account), 'administrator')
        const visitor = ostoja.visitor()
        await visitor.signIn(account)
        const action = forms.get(known)!.form.action
        const form = formsIn((await visitor.get(page)).text).find(found => found.action === action)!
        const typed = Object.fromEntries(form.texts.map(name => [name, unlikely()]))
        const secrets = Object.fromEntries(form.secrets.map(name => [name, unlikely('Secret-')]))
        await lose(visitor, form, account)
        const sent = await send(visitor, form, { ...form.hidden, ...form.choices, ...typed, ...secrets })
        expect([known, sent.status]).toEqual([known, 303])

        if (sent.headers.location === '/sign-in') {
          await ostoja.features.sessions.end(keyOf(account), 'administrator')
          const back = await visitor.signIn(account)
          expect([known, back.headers.location]).toEqual([known, page])
        } else expect([known, sent.headers.location]).toEqual([known, page])
        const offers = [...(await visitor.get(page)).text.matchAll(/data-draft-offer="([^"]+)"/g)].map(([, id]) => id!)
        const kept = JSON.stringify(
          await Promise.all(offers.map(async id => (await visitor.get(`/drafts/${id}/fields`)).body as object)),
        )
        for (const text of Object.values(typed)) expect(kept, known).toContain(text)
        for (const text of Object.values(secrets)) expect(kept).not.toContain(text)
        for (const id of offers) await visitor.post(`/drafts/${id}/discard`)
      }
    })
})

/** As a browser does: a form that may hold files goes in parts. */
const send = async (visitor: Visitor, { action, multipart, named }: FoundForm, fields: Record<string, string>) => {
  const post = visitor.agent.post(action)
  if (!multipart) return post.type('form').send({ ...fields, _secret: named })
  for (const [name, value] of Object.entries(fields)) void post.field(name, value)
  return post.attach('files', Buffer.from('chosen'), 'chosen.txt')
}

/** Every form in the views, with the address as it is written there. */
const formsOfViews = () =>
  readdirSync('views', { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ejs'))
    .flatMap(file => {
      const view = readFileSync(join('views', file), 'utf8')
      const found = view.matchAll(
        /<form\b((?:<%[\s\S]*?%>|[^>])*?method="post"(?:<%[\s\S]*?%>|[^>])*)>([\s\S]*?)<\/form>/g,
      )
      return [...found].map(([, tag, inside]) => ({
        file,
        action: /action="((?:<%[\s\S]*?%>|[^"])*)"/.exec(tag!)?.[1] ?? '',
        unkept: inside!.includes('unkept: true'),
      }))
    })
