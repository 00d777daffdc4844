import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { fetchPdf } from '../support/sealed-files.ts'
import type { Visitor } from '../support/visitor.ts'
import { contactProfile } from '../support/world.ts'

let ostoja: Ostoja
let staff: Visitor & { account: { id: number } }
let actor: Actor

beforeAll(async () => {
  ostoja = await startOstoja()
  const tenantId = await ostoja.newTenant('Schronisko Przystań')
  staff = await ostoja.signedIn(tenantId, ['staff'])
  actor = { tenantId, accountId: staff.account.id, roles: ['staff'] }
})
afterAll(() => ostoja.close())

const download = (path: string) => fetchPdf(staff, path)
const person = async (familyName: string, contacts = 1) => {
  const clientId = await newClient(ostoja, actor, { familyName, alerts: ['Uczulenie na penicylinę'] })
  for (let turn = 0; turn < contacts; turn++)
    await ostoja.features.emergencyContacts.add(actor, clientId, randomUUID(), {
      ...contactProfile,
      name: `Ольга Żółć ${turn}`,
    })
  return clientId
}
const events = async (action: string) => {
  const client = new pg.Client(ostoja.database.adminUrl)
  await client.connect()
  const { rows } = await client.query<{ subject_id: string; detail: Record<string, unknown> }>(
    'select subject_id, detail from audit_events where action = $1 order by id',
    [action],
  )
  await client.end()
  return rows
}
const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Europe/Warsaw' })
const written = (day: string) =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(day),
  )

describe('the emergency sheet of a client', () => {
  it('says until when it is valid and who printed it, as a page and as a file, and is audited each time', async () => {
    const clientId = await person('Świętojańska')
    const page = await staff.get(`/clients/${clientId}/sheet`)
    const file = await download(`/clients/${clientId}/sheet.pdf`)
    for (const text of [page.text, file.pages.join(' ')]) {
      expect(text).toContain(`Valid until ${written(inDays(30))}`)
      for (const words of [
        'Anna Testowa',
        'Schronisko Przystań',
        'Świętojańska',
        'Ольга Żółć',
        'Uczulenie na penicylinę',
      ])
        expect(text).toContain(words)
    }
    expect(file.totalPages).toBe(1)
    expect((await events('client.sheet-printed')).filter(event => event.subject_id === clientId)).toMatchObject([
      { detail: { format: 'page', validUntil: inDays(30) } },
      { detail: { format: 'pdf' } },
    ])
  })

  it('for whoever only calls says whom and how, and neither when the client was born nor where anybody lives', async () => {
    const clientId = await newClient(ostoja, actor, {
      familyName: 'Wożona',
      fileNumber: 'K/7731',
      birthDate: '1951-03-09',
      alerts: ['Uczulenie na penicylinę'],
    })
    await ostoja.features.emergencyContacts.add(actor, clientId, randomUUID(), {
      ...contactProfile,
      address: 'ul. Widoczna 3',
      addressHidden: false,
    })
    const teamPage = await staff.get(`/clients/${clientId}/sheet`)
    const kept = ['K/7731', '1951', 'ul. Widoczna 3']
    for (const words of kept) expect(teamPage.text).toContain(words)

    const page = await staff.get(`/clients/${clientId}/sheet?for=caller`)
    const sheet = /<article class="sheet"[\s\S]*<\/article>/.exec(page.text)![0].replace(/<p class="sheet-foot">.*/, '')
    const file = await download(`/clients/${clientId}/sheet.pdf?for=caller`)
    for (const text of [sheet, file.pages.join(' ').replace(/Valid until.*?when no longer valid/, '')]) {
      for (const words of kept) expect(text).not.toContain(words)
      for (const words of ['Wożona', contactProfile.name, 'Uczulenie na penicylinę']) expect(text).toContain(words)
    }
    expect(page.text).toContain(`/clients/${clientId}/sheet.pdf?for=caller`)
    expect((await events('client.sheet-printed')).filter(event => event.subject_id === clientId)).toMatchObject([
      { detail: { format: 'page', audience: 'team' } },
      { detail: { format: 'page', audience: 'caller' } },
      { detail: { format: 'pdf', audience: 'caller' } },
    ])
  })

  it('has no personal data in its name or its properties, and is kept nowhere', async () => {
    const { answer, meta } = await download(`/clients/${await person('Bezimienna')}/sheet.pdf`)
    expect(answer.headers['content-disposition']).toMatch(
      /^attachment; filename="?ostoja-emergency-sheets-\d{4}-\d\d-\d\d\.pdf"?$/,
    )
    expect(answer.headers['content-type']).toBe('application/pdf')
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(JSON.stringify(meta)).not.toContain('Bezimienna')
    expect(meta.info).toMatchObject({ Title: 'Emergency sheets', Language: 'en' })
  })

  it('draws names that are read from the right in their order, and says where letters cannot be shown in a PDF', async () => {
    const right = await download(`/clients/${await person('محمد علی')}/sheet.pdf`)
    expect(right.pages.join(' ')).not.toContain('cannot be shown in a PDF')
    expect(right.pages.join(' ')).not.toContain('□')
    const lost = await download(`/clients/${await person('王小明')}/sheet.pdf`)
    expect(lost.pages.join(' ')).toContain('cannot be shown in a PDF')
    expect(lost.pages.join(' ')).toContain('□□□')
    expect((await download(`/clients/${await person('Żółć')}/sheet.pdf`)).pages.join(' ')).not.toContain(
      'cannot be shown in a PDF',
    )
  })

  it('of somebody with many contacts runs over pages, each with its foot', async () => {
    const { pages, totalPages } = await download(`/clients/${await person('Wielorodzinna', 20)}/sheet.pdf`)
    expect(totalPages).toBeGreaterThan(1)
    for (const page of pages) expect(page).toContain('Valid until')
    for (let turn = 0; turn < 20; turn++) expect(pages.join(' ')).toContain(`Ольга Żółć ${turn}`)
  })

  it('is for staff and security officers only', async () => {
    const clientId = await person('Zastrzeżona')
    const administrator = await ostoja.signedIn(actor.tenantId, ['administrator'])
    for (const path of [`/clients/${clientId}/sheet`, `/clients/${clientId}/sheet.pdf`])
      expect((await administrator.get(path)).status).toBe(403)
  })
})

describe('the emergency sheets of a group', () => {
  it('begin a page for each active client, and the audit log says whose they were', async () => {
    const group = randomUUID()
    await ostoja.features.groups.create(actor, { id: group, name: 'Piętro 1' })
    const ids = [await person('Ćwik'), await person('Zych'), await person('Adamska')]
    const archived = await person('Dawna')
    await ostoja.features.db.asTenant(actor, async trx => {
      for (const id of [...ids, archived]) await ostoja.features.groups.keep(trx, actor, id, [group])
    })
    await ostoja.features.clients.archive(actor, archived)
    const { pages } = await download(`/groups/${group}/sheet.pdf`)
    expect(pages.map(page => /Maria (\S+)/.exec(page)?.[1])).toEqual(['Adamska', 'Ćwik', 'Zych'])
    const page = (await staff.get(`/groups/${group}/sheet`)).text
    expect(page.match(/class="sheet"/g)).toHaveLength(3)
    const [event] = await events('group.sheets-printed')
    expect(event).toMatchObject({ subject_id: group, detail: { format: 'pdf', count: 3 } })
    expect((event!.detail.clients as string[]).toSorted()).toEqual(ids.toSorted())
  })

  it('may be of nobody', async () => {
    const group = randomUUID()
    await ostoja.features.groups.create(actor, { id: group, name: 'Pusta' })
    expect((await download(`/groups/${group}/sheet.pdf`)).totalPages).toBe(1)
    expect((await staff.get(`/groups/${group}/sheet`)).status).toBe(200)
  })
})
