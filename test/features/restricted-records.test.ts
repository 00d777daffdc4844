import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExportReader } from '../../src/composition/emergency-export.ts'
import type { ExportedClient } from '../../src/features/exports/index.ts'
import { systemActor, tenantRoles, type Actor, type Role } from '../../src/platform/actor.ts'
import { severalAtOnce } from '../support/at-once.ts'
import { inDatabase } from '../support/backups.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'
import { contactProfile, furnish, type World } from '../support/world.ts'

/** What stands in the record and nowhere else. */
const secret = {
  givenNames: 'Bogumiła',
  familyName: 'Przepiórkowska-Wdowiak',
  number: '+48500777123',
  typed: '500 777 123',
  contact: 'Pankracy Mżawka',
  contactNumber: '500 777 124',
}
const told = [secret.familyName, 'Wdowiak', '777 123', '777123', secret.contact, '777 124', '777124']
const minute = 60_000

let ostoja: Ostoja
let world: World
let clientId: string
let fileNumber: string
let contactId: string
let keyWorker: Actor & { accountId: number }
let keyWorkerVisitor: Visitor
type Person = Visitor & { account: { id: number } }
const outsiders = new Map<Role, Person>()

const actorOf = (person: Person, roles: Role[]): Actor & { accountId: number } => ({
  tenantId: world.tenantId,
  accountId: person.account.id,
  roles,
})

beforeAll(async () => {
  ostoja = await startOstoja()
  world = await furnish(ostoja, 'Shelter')
  const { emergencyContacts, groups, db, clients } = ostoja.features
  const named = await ostoja.signedIn(world.tenantId, ['staff'])
  keyWorkerVisitor = named
  keyWorker = { tenantId: world.tenantId, accountId: named.account.id, roles: ['staff'] }
  for (const role of tenantRoles) outsiders.set(role, await ostoja.signedIn(world.tenantId, [role]))

  clientId = await newClient(ostoja, keyWorker, {
    givenNames: secret.givenNames,
    familyName: secret.familyName,
    birthDate: '1990-02-03',
    phones: [{ type: 'mobile', number: secret.number, typed: secret.typed }],
  })
  contactId = randomUUID()
  await emergencyContacts.add(keyWorker, clientId, contactId, {
    ...contactProfile,
    name: secret.contact,
    phones: [{ type: 'mobile', number: '+48500777124', typed: secret.contactNumber, hours: null }],
  })
  await db.asTenant(keyWorker, trx => groups.keep(trx, keyWorker, clientId, [world.ids.groupId!]))
  fileNumber = (await clients.view(keyWorker, clientId)).profile.fileNumber
  // Everybody has seen the record and typed into it before it is restricted.
  for (const [role, outsider] of outsiders) {
    if (role === 'administrator') continue
    await outsider.get(`/clients/${clientId}`)
    const { tenantId, accountId } = actorOf(outsider, [role])
    const page = `/clients/${clientId}/edit`
    await ostoja.features.drafts.keep({ tenantId, accountId, page, id: randomUUID() }, `/clients/${clientId}`, [
      ['notes', secret.familyName],
    ])
  }
})
afterAll(() => ostoja.close())

const restrict = (people: number[]) =>
  ostoja.features.restricted.restrictions.restrict(keyWorker, clientId, { people, note: 'brat partnera' })
const cleanUp = async () => {
  const officer = actorOf(outsiders.get('security_officer')!, ['security_officer'])
  await ostoja.features.restricted.restrictions.lift(officer, clientId, 'koniec').catch(() => undefined)
  await inDatabase(ostoja.database.adminUrl, `delete from break_glass_cases where client_id = '${clientId}'`)
}
const mayEnter = ({ policy }: Ostoja['routes'][number], role: Role) =>
  policy.kind !== 'roles' || policy.roles.includes(role)
const searchFor = async (visitor: Visitor, query: string) => {
  const asked = await visitor.post('/searches', { query })
  return visitor.get(String(asked.headers.location))
}
/** Without the box that says again what was searched for. */
const answerTo = (html: string) => html.replace(/<input[^>]*name="query"[^>]*>/g, '')

describe('a restricted record', () => {
  beforeAll(async () => {
    expect(await restrict([keyWorker.accountId])).toBe('kept')
  })

  it('shows on no page to anybody who is not named, whatever their role, and to the named as before', async () => {
    const ids: Partial<Record<string, string>> = { ...world.ids, clientId, contactId }
    const pages = ostoja.routes
      .filter(({ method, policy }) => method === 'get' && policy.kind !== 'anyone')
      .flatMap(route => tenantRoles.filter(role => mayEnter(route, role)).map(role => ({ route, role })))
      // Officers look after the restriction: name and number, nothing else.
      .filter(({ route, role }) => role !== 'security_officer' || !officersLookAfter.includes(route.path))
    const shown = await severalAtOnce(pages, async ({ route, role }) => {
      const path = route.path.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? 'none')
      const visitor = outsiders.get(role)!
      const answer = await (path.endsWith('/stream') ? visitor.begin(path) : visitor.get(path))
      const said = answer.text || String(answer.body)
      return told.filter(word => said.includes(word)).map(word => `${role} ${route.path}: ${word}`)
    })
    expect(shown.flat()).toEqual([])
    const asked = pages.map(({ route }) => route.path)
    expect(asked.length).toBeGreaterThan(60)
    expect(asked).toContain('/clients/letter/:letter')
    for (const path of ['', '/card', '/history', '/calls', '/sheet', '/edit', '/print', '/contact-history'])
      expect((await keyWorkerVisitor.get(`/clients/${clientId}${path}`)).text).toContain('Przepiórkowska')
    expect((await keyWorkerVisitor.get('/clients')).text).toContain('Przepiórkowska')
    expect((await keyWorkerVisitor.get(`/groups/${world.ids.groupId!}/sheet`)).text).toContain('Przepiórkowska')
  })

  it('can be changed by nobody else, whatever the form', async () => {
    const before = await ostoja.features.clients.view(keyWorker, clientId)
    const changes = ostoja.routes
      .filter(({ method, path }) => method === 'post' && path.startsWith('/clients/:clientId'))
      .filter(({ policy }) => policy.kind === 'roles')
      .flatMap(route => tenantRoles.filter(role => mayEnter(route, role)).map(role => ({ route, role })))
      .filter(({ route, role }) => role !== 'security_officer' || !officersLookAfter.includes(route.path))
    expect(changes.length).toBeGreaterThan(0)
    const answers = await severalAtOnce(changes, async ({ route, role }) => {
      const path = route.path.replace(':clientId', clientId).replace(':contactId', contactId)
      const answer = await outsiders.get(role)!.post(path, { note: 'x', name: 'x', familyName: 'x', version: '1' })
      return `${role} ${route.path}: ${answer.status} ${told.filter(word => answer.text.includes(word)).join()}`
    })
    for (const answer of answers) expect(answer).toMatch(/: (404|422) $/)
    const after = await ostoja.features.clients.view(keyWorker, clientId)
    expect(after).toEqual(before)
  })

  it('is found by no search, and the answer is the one for nobody', async () => {
    for (const query of [
      secret.familyName,
      'przepior',
      'Bogumiła',
      secret.typed,
      fileNumber,
      '3.02.1990',
      'pszepiurkowska',
    ])
      for (const role of ['staff', 'security_officer'] as const) {
        const outsider = outsiders.get(role)!
        const [hidden, nobody] = [await searchFor(outsider, query), await searchFor(outsider, 'qqqqqqqq')]
        if (!hidden.text.includes('Łucja')) {
          const heading = (html: string) => /<h1>(.*?)<\/h1>/.exec(html)?.[1]
          expect(heading(hidden.text)).toBe(heading(nobody.text))
        }
        expect(told.filter(word => answerTo(hidden.text).replaceAll(`value="${query}"`, '').includes(word))).toEqual([])
      }
    expect((await searchFor(keyWorkerVisitor, 'przepior')).text).toContain('Przepiórkowska')
    expect((await searchFor(outsiders.get('staff')!, 'qqqqqqqq')).text).toContain('href="/break-glass"')
  })

  it('keeps its file number taken, and is never made a second time under it', async () => {
    const outsider = actorOf(outsiders.get('staff')!, ['staff'])
    const { profile } = await ostoja.features.clients.view(keyWorker, clientId)
    expect(await ostoja.features.clients.create(outsider, randomUUID(), { ...profile, familyName: 'Inna' })).toBe(
      'file-number-taken',
    )
  })

  it('leads from any of its pages to where it can be opened in an emergency, and names nobody there', async () => {
    for (const role of ['staff', 'security_officer'] as const)
      for (const path of ['', '/card', '/history']) {
        const answer = await outsiders.get(role)!.get(`/clients/${clientId}${path}`)
        expect([answer.status, answer.headers.location]).toEqual([303, `/restricted-records/${clientId}/break-glass`])
      }
    const answer = await outsiders.get('administrator')!.get(`/clients/${clientId}/erase`)
    expect(answer.status).toBe(404)
    expect((await outsiders.get('staff')!.get(`/clients/${randomUUID()}`)).status).toBe(404)
  })

  it('keeps what its outsiders typed for when they may see it again', async () => {
    const outsider = actorOf(outsiders.get('staff')!, ['staff'])
    expect(await ostoja.features.drafts.offers(outsider)).toEqual([])
    const officer = actorOf(outsiders.get('security_officer')!, ['security_officer'])
    await ostoja.features.restricted.restrictions.lift(officer, clientId, 'na chwilę')
    expect(await ostoja.features.drafts.offers(outsider)).toHaveLength(1)
    expect(await restrict([keyWorker.accountId])).toBe('kept')
  })

  it('belongs to the export, which says that it is restricted', async () => {
    const { features } = ostoja
    const read = createExportReader({
      ...features,
      contacts: features.emergencyContacts,
      restricted: features.restricted.restrictions.among,
    })
    const exported: ExportedClient[] = []
    const program = systemActor(world.tenantId)
    for await (const batch of read(program, { withHidden: false, groupIds: [], language: 'en' }))
      exported.push(...batch)
    const marked = exported.filter(({ restricted }) => restricted).map(each => each.id)
    expect(marked.sort()).toEqual([clientId, world.ids.recordId!].sort())
    expect(exported.find(each => each.id === clientId)!.alerts[0]).toContain('RESTRICTED')
  })
})

/** Where officers see the name and number of a record that they look after. */
const officersLookAfter = [
  '/restricted-records',
  '/restricted-records/:recordId',
  '/clients/:clientId/restriction',
  '/break-glass/cases',
  '/break-glass/cases/:caseId',
]

describe('who may see a record', () => {
  it('is said by those who see it: staff stay on the list, and somebody on it must be able to read', async () => {
    await cleanUp()
    const staff = outsiders.get('staff')!
    const page = await staff.get(`/clients/${clientId}/restriction`)
    expect(page.status).toBe(200)
    const empty = await staff.post(`/clients/${clientId}/restriction`, { note: '' }, `/clients/${clientId}`)
    expect(empty.status).toBe(422)
    const kept = await staff.post(
      `/clients/${clientId}/restriction`,
      { 'people[0]': keyWorker.accountId, note: 'Kuzyn partnera pracuje u nas' },
      `/clients/${clientId}`,
    )
    expect(kept.status).toBe(303)
    const [row] = await inDatabase<{ people: number[] }>(
      ostoja.database.adminUrl,
      `select people from client_restrictions where client_id = '${clientId}'`,
    )
    expect(row!.people.sort()).toEqual([keyWorker.accountId, staff.account.id].sort())

    const officer = actorOf(outsiders.get('security_officer')!, ['security_officer'])
    const administrator = outsiders.get('administrator')!.account.id
    const { restrictions } = ostoja.features.restricted
    expect(await restrictions.restrict(officer, clientId, { people: [administrator], note: 'x' })).toBe('nobody-reads')
    expect(await restrictions.restrict(officer, clientId, { people: [], note: 'x' })).toBe('nobody-reads')
  })

  it('is changed by the named and by officers, lifted by officers alone, each time kept, audited and told', async () => {
    await cleanUp()
    await restrict([keyWorker.accountId])
    const officer = outsiders.get('security_officer')!
    const page = `/restricted-records/${clientId}`
    expect((await officer.get(page)).text).toContain(secret.familyName)
    const change = { 'people[0]': keyWorker.accountId, 'people[1]': officer.account.id, note: 'dyżur' }
    const changed = await officer.post(`/clients/${clientId}/restriction`, change)
    expect(changed.headers.location).toBe(`/clients/${clientId}/restriction`)
    expect((await officer.get(`/clients/${clientId}`)).text).toContain(secret.familyName)

    const lift = `/restricted-records/${clientId}/lift`
    expect((await keyWorkerVisitor.post(lift, { liftNote: 'już' })).status).toBe(403)
    expect((await officer.post(lift, { liftNote: '' })).status).toBe(422)
    expect((await officer.post(lift, { liftNote: 'już niepotrzebne' })).status).toBe(303)
    expect((await outsiders.get('staff')!.get(`/clients/${clientId}`)).status).toBe(200)

    const history = (await officer.get(page)).text
    for (const words of ['brat partnera', 'dyżur', 'już niepotrzebne']) expect(history).toContain(words)
    const events = await inDatabase<{ action: string }>(
      ostoja.database.adminUrl,
      `select action from audit_events where subject_id = '${clientId}' and action like 'client.restriction-%' and action <> 'client.restriction-viewed' order by id desc limit 3`,
    )
    expect(events.map(({ action }) => action)).toEqual([
      'client.restriction-lifted',
      'client.restriction-changed',
      'client.restriction-restricted',
    ])
    const kinds = (await ostoja.features.notices.list(keyWorker)).map(({ kind }) => kind)
    expect(kinds.slice(0, 2)).toEqual(['restriction-lifted', 'restriction-changed'])
  })

  it('is told to officers when nobody is left who can', async () => {
    await cleanUp()
    const leaving = await ostoja.newAccount(world.tenantId, ['staff'])
    const officer = outsiders.get('security_officer')!
    const actor = actorOf(officer, ['security_officer'])
    await ostoja.features.restricted.restrictions.restrict(actor, clientId, { people: [leaving.id], note: 'x' })
    expect((await officer.get('/')).text).not.toContain('Nobody can see')
    await ostoja.features.accountPowers.deactivate({ ...actor, roles: ['administrator'] }, leaving.id)
    expect((await officer.get('/')).text).toContain('Nobody can see')
    expect((await officer.get('/restricted-records')).text).toContain('Nobody')
  })
})

describe('breaking the glass', () => {
  const reason = { reason: 'other', details: 'Leży nieprzytomna na schodach' }
  let sought: Record<string, string>

  beforeAll(() => {
    sought = { ...reason, sought: `${secret.givenNames} ${secret.familyName}`, birthDate: '' }
  })

  it('opens the card in two steps, for that account alone, and tells the officers at once', async () => {
    await cleanUp()
    await restrict([keyWorker.accountId])
    const staff = outsiders.get('staff')!
    const missing = await staff.post('/break-glass', { ...sought, reason: '' }, '/break-glass')
    expect(missing.status).toBe(422)
    expect(missing.text).toContain(secret.familyName)
    const opened = await staff.post('/break-glass', sought, '/break-glass')
    expect([opened.status, opened.headers.location]).toEqual([303, `/clients/${clientId}/card`])
    const card = await staff.get(`/clients/${clientId}/card`)
    expect(card.text).toContain(secret.contactNumber)
    expect(card.text).toContain('60 minutes left')
    expect((await staff.get('/clients')).text).toContain(secret.familyName)
    expect((await outsiders.get('security_officer')!.get(`/clients/${clientId}`)).status).toBe(303)

    const officer = actorOf(outsiders.get('security_officer')!, ['security_officer'])
    const [notice] = await ostoja.features.notices.list(officer)
    expect(notice).toMatchObject({ kind: 'break-glass-opened', href: '/break-glass/cases', read: false })
    expect((await outsiders.get('security_officer')!.get('/')).text).toContain('for your review')
    expect((await outsiders.get('security_officer')!.get('/readiness')).text).toContain(
      'data-part="unjudged" data-state="bad"',
    )
  })

  it('writes the case into every event of that time, and shows the officer what was read and done, and why', async () => {
    const staff = outsiders.get('staff')!
    await staff.get(`/clients/${clientId}/history`)
    await searchFor(staff, 'przepior')
    await staff.post(`/clients/${clientId}/archive`)
    await staff.post(`/clients/${clientId}/restore`)
    const [found] = await inDatabase<{ id: string }>(
      ostoja.database.adminUrl,
      `select id from break_glass_cases where client_id = '${clientId}'`,
    )
    const without = await inDatabase<{ action: string }>(
      ostoja.database.adminUrl,
      `select action from audit_events where account_id = ${staff.account.id} and at > (select opened_at from break_glass_cases where id = '${found!.id}')
         and (subject_id = '${clientId}' or detail::text like '%${clientId}%') and coalesce(not detail -> 'cases' ? '${found!.id}', true)`,
    )
    expect(without).toEqual([])
    const page = await outsiders.get('security_officer')!.get(`/break-glass/cases/${found!.id}`)
    for (const words of [
      'Leży nieprzytomna',
      'Read the emergency card',
      'Read earlier versions',
      'Saw the name in a search',
      'Archived the record',
    ])
      expect(page.text).toContain(words)
    expect(page.text).not.toContain('777 12')
  })

  it('leaves nothing readable in the database', async () => {
    const rows = await inDatabase<{ row: string }>(
      ostoja.database.adminUrl,
      `select t::text as row from break_glass_cases t union all select t::text from client_restriction_versions t`,
    )
    expect(rows.length).toBeGreaterThan(2)
    for (const { row } of rows) expect(row).not.toMatch(/nieprzytomna|Przepi|partnera/)
  })

  it('ends by itself, in every process at the same moment, and by hand sooner', async () => {
    const staff = outsiders.get('staff')!
    const another = ostoja.features.db
    const sees = async () =>
      another.asTenant(actorOf(staff, ['staff']), async trx =>
        (await ostoja.features.clients.visible(trx, [clientId])).has(clientId),
      )
    expect(await sees()).toBe(true)
    ostoja.skip(5 * minute)
    expect((await staff.get(`/clients/${clientId}/card`)).text).toContain('55 minutes left')
    const ended = await staff.post(`/restricted-records/${clientId}/break-glass/end`)
    expect(ended.status).toBe(303)
    expect(await sees()).toBe(false)
    expect((await staff.get(`/clients/${clientId}`)).status).toBe(303)
    expect((await staff.post(`/restricted-records/${clientId}/break-glass/end`)).status).toBe(404)

    const again = await staff.post(`/restricted-records/${clientId}/break-glass`, reason, '/break-glass')
    expect(again.headers.location).toBe(`/clients/${clientId}/card`)
    expect(await sees()).toBe(true)
    for (let passed = 0; passed < 60; passed += 5) {
      ostoja.skip(5 * minute)
      await staff.get('/')
    }
    expect(await sees()).toBe(false)
    expect((await staff.get(`/clients/${clientId}/card`)).status).toBe(303)
  })

  it('takes the organisation’s own minutes', async () => {
    const administrator = actorOf(outsiders.get('administrator')!, ['administrator'])
    const present = await ostoja.features.settings.of(world.tenantId)
    await ostoja.features.settings.change(administrator, { ...present, breakGlassMinutes: 15 })
    expect((await outsiders.get('staff')!.get('/break-glass')).text).toContain('for 15 minutes')
  })

  it('finds by number, telephone and whole name, never by a part; looking in vain is a case too', async () => {
    await cleanUp()
    await restrict([keyWorker.accountId])
    const { breaking, cases } = ostoja.features.restricted
    const finder = async (asked: string, birthDate = '') => {
      const account = await ostoja.newAccount(world.tenantId, ['staff'])
      const actor: Actor = { tenantId: world.tenantId, accountId: account.id, roles: ['staff'] }
      const finding = await breaking.find(actor, { reason: 'emergency', details: '', sought: asked, birthDate })
      return finding.found === clientId
    }
    for (const right of [fileNumber, secret.typed, secret.number, 'bogumila wdowiak', 'Wdowiak, Bogumiła'])
      expect([right, await finder(right)]).toEqual([right, true])
    expect(await finder('bogumila wdowiak', '1990-02-03')).toBe(true)
    const wrongs = ['Bogumiła', 'Wdowiak', 'bogu wdow', '500 777', 'x', 'Bogumiła Kowalska', fileNumber.slice(0, -1)]
    for (const wrong of wrongs) expect([wrong, await finder(wrong)]).toEqual([wrong, false])
    expect(await finder('bogumila wdowiak', '1991-02-03')).toBe(false)

    const officer = actorOf(outsiders.get('security_officer')!, ['security_officer'])
    const missed = (await cases.list(officer)).filter(({ record }) => record === null)
    expect(missed.map(({ reason }) => reason.sought)).toEqual(expect.arrayContaining(wrongs))
    const staff = outsiders.get('staff')!
    const answer = await staff.post('/break-glass', { ...sought, sought: unlikely() }, '/break-glass')
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('This search has been recorded')
  })

  it('is judged by another officer, once, with a note; by oneself only where there is no other', async () => {
    await cleanUp()
    await restrict([keyWorker.accountId])
    const { breaking, cases } = ostoja.features.restricted
    const first = await ostoja.signedIn(world.tenantId, ['security_officer'])
    const actor = actorOf(first, ['security_officer'])
    await breaking.breakFor(actor, clientId, { reason: 'emergency', details: '' })
    const [own] = (await cases.list(actor)).filter(({ record }) => record?.id === clientId)
    const address = `/break-glass/cases/${own!.id}`
    const judgement = { judgement: 'justified', note: 'Rozmawiałam z lekarzem dyżurnym' }
    expect((await first.get(address)).text).toContain('Another security officer must review')
    expect((await first.post(`${address}/judgement`, judgement)).status).toBe(409)
    const second = await ostoja.signedIn(world.tenantId, ['security_officer'])
    const toJudge = (of: Actor) => ostoja.features.db.asTenant(of, trx => cases.toJudge(trx, of))
    expect(await toJudge(actorOf(second, ['security_officer']))).toBe((await toJudge(actor)) + 1)
    const unsaid = await second.post(`${address}/judgement`, { judgement: 'justified', note: '' })
    expect(unsaid.status).toBe(422)
    expect((await second.post(`${address}/judgement`, judgement)).status).toBe(303)
    expect((await second.post(`${address}/judgement`, judgement)).status).toBe(409)
    expect((await second.get(address)).text).toContain('Rozmawiałam z lekarzem')

    const alone = await ostoja.newTenant('Alone')
    const only = await ostoja.signedIn(alone, ['staff', 'security_officer'])
    const solo: Actor = { tenantId: alone, accountId: only.account.id, roles: ['staff', 'security_officer'] }
    await breaking.find(solo, { reason: 'emergency', details: '', sought: 'Nikt Taki', birthDate: '' })
    const [missed] = await cases.list(solo)
    expect(await toJudge(solo)).toBe(1)
    expect((await only.get(`/break-glass/cases/${missed!.id}`)).text).toContain('no other security officer')
    expect((await only.post(`/break-glass/cases/${missed!.id}/judgement`, judgement)).status).toBe(303)
    expect(await toJudge(solo)).toBe(0)
  })

  it('forgets for whom somebody looked in vain a year after the judgement', async () => {
    const { cases } = ostoja.features.restricted
    const officer = actorOf(outsiders.get('security_officer')!, ['security_officer'])
    const count = async () => (await cases.list(officer)).filter(({ record }) => record === null).length
    const [missed] = (await cases.list(officer)).filter(({ record }) => record === null)
    await cases.judge(officer, missed!.id, { judgement: 'follow-up', note: 'x' })
    const before = await count()
    await cases.sweep({ ...officer, accountId: null })
    expect(await count()).toBe(before)
    ostoja.skip(366 * 24 * 60 * minute)
    await cases.sweep({ ...officer, accountId: null })
    expect(await count()).toBe(before - 1)
  })
})
