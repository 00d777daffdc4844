import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { anyTime, type RecordedRules } from '../../src/safe-to-contact/rules.ts'
import { newClient } from '../support/clients.ts'
import { exportedAs, unfolded } from '../support/exported-places.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { fetchPdf } from '../support/sealed-files.ts'
import type { Visitor } from '../support/visitor.ts'
import { contactProfile } from '../support/world.ts'

const note = 'only before noon'
let ostoja: Ostoja
let staff: Visitor
let actor: Actor
let clientId: string
/** In order: hours only in words, as older records have them; nothing said of hours; reachable at any time. */
let ids: string[]

beforeAll(async () => {
  ostoja = await startOstoja()
  const tenantId = await ostoja.newTenant()
  const visitor = await ostoja.signedIn(tenantId, ['staff'])
  staff = visitor
  actor = { tenantId, accountId: visitor.account.id, roles: ['staff'] }
  ;({ clientId, ids } = await newFamily())
})
afterAll(() => ostoja.close())

const phone = (end: number, hours: string | null, rules: RecordedRules = {}) =>
  ({ type: 'mobile', number: `+48500000${end}`, typed: `500 000 ${end}`, hours, ...rules }) as const

const newFamily = async () => {
  const family = await newClient(ostoja, actor)
  const added: string[] = []
  for (const one of [phone(931, note), phone(932, null), phone(933, null, { reachable: [...anyTime] })]) {
    const id = randomUUID()
    await ostoja.features.emergencyContacts.add(actor, family, id, { ...contactProfile, phones: [one] })
    added.push(id)
  }
  return { clientId: family, ids: added }
}

const card = async (client = clientId) => (await staff.get(`/clients/${client}/card`)).text
const nextOn = (html: string) => /call-next" id="contact-([0-9a-f-]+)"/.exec(html)?.[1]
/** The parts of the card about one number each, in order. */
const numbersOn = (html: string) =>
  [...html.matchAll(/<div class="call-phone([\s\S]*?)<p class="call-tell/g)].map(([, part]) => part!)
const pageText = async (path: string) =>
  (await staff.get(path)).text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

describe('hours that nobody has stated', () => {
  it('are never shown as reachable on the card, and those known to be reachable come first', async () => {
    const html = await card()
    const [inWords, nothing, known] = numbersOn(html)
    for (const [part, sentence] of [
      [inWords, 'Hours not stated, read the note'],
      [nothing, 'Hours not stated'],
    ] as const) {
      expect(part).toContain('data-reach="not-stated"')
      expect(part).toContain(sentence)
      expect(part).not.toContain('badge-success')
    }
    expect(inWords).toContain(note)
    expect(known).toContain('Reachable now')
    expect(nextOn(html)).toBe(ids[2])
  })

  it.each([
    ['the sheet', () => pageText(`/clients/${clientId}/sheet`)],
    ['the sheet as PDF', async () => (await fetchPdf(staff, `/clients/${clientId}/sheet.pdf`)).text],
    ['the table', () => exportedAs(ostoja, actor, 'csv')],
    ['the address book', async () => unfolded(await exportedAs(ostoja, actor, 'vcard'))],
  ])('are said to be so, with the note: %s', async (_where, read) => {
    const text = (await read()).replaceAll(/\s+/g, ' ')
    expect(text).toContain(`Hours not stated. Note on hours: ${note}`)
    expect(text).toContain('Answers at any time')
    expect(text).not.toContain('Reachable now')
  })

  it('are one of three states in FHIR, and stay absent in the file of the viewer', async () => {
    const fhir = JSON.stringify(JSON.parse(await exportedAs(ostoja, actor, 'fhir')))
    for (const state of ['not-stated', 'any-time'])
      expect(fhir).toContain(`{"url":"availability","valueCode":"${state}"}`)
    expect(fhir).toContain(note)
    const json = await exportedAs(ostoja, actor, 'viewer')
    expect(json).toContain(`"hours":"${note}"`)
    expect(json.match(/"reachable":\[/g)?.length).toBe(1)
  })
})

describe('the form of a contact', () => {
  const fields = (more: Record<string, string>) => ({
    version: '1',
    name: 'Zofia',
    relationship: 'SPS',
    mayBeTold: 'yes',
    'phones[0][type]': 'mobile',
    'phones[0][number]': '500 000 931',
    'phones[0][hours]': note,
    ...more,
  })

  it('asks once when somebody can be called, and records hours suggested from a note once they are chosen', async () => {
    const { clientId: client, ids: contacts } = await newFamily()
    const path = `/clients/${client}/contacts/${contacts[0]}`
    const form = (await staff.get(`${path}/edit`)).text
    expect(form).toContain('As the note says: 08:00–12:00')
    expect(form.match(/name="phones\[0\]\[hours\]"/g)).toHaveLength(1)
    expect(form.match(/name="phones\[0\]\[availability\]"[^>]*value="not-stated"[^>]*checked/g)).toHaveLength(1)
    const saved = await staff.post(
      path,
      fields({ 'phones[0][availability]': 'suggested', 'phones[0][suggestedFrom]': note }),
      `${path}/edit`,
    )
    expect(saved.status).toBe(303)
    const [first] = await ostoja.features.db.asTenant(actor, trx =>
      ostoja.features.emergencyContacts.ofClient(trx, actor, client),
    )
    expect(first?.phones[0]).toMatchObject({ hours: note, reachable: [{ from: '08:00', to: '12:00' }] })
    expect(numbersOn(await card(client))[0]).not.toContain('data-reach="not-stated"')
  })

  it.each([
    ['hours chosen and none given', { 'phones[0][availability]': 'hours' }, 'Give the days or hours'],
    [
      'hours given and another answer chosen',
      {
        'phones[0][availability]': 'not-stated',
        'phones[0][reachable][0][from]': '9:00',
        'phones[0][reachable][0][to]': '15:00',
      },
      'Choose “At these hours”',
    ],
    [
      'the same time twice',
      {
        'phones[0][availability]': 'hours',
        'phones[0][reachable][0][from]': '16:00',
        'phones[0][reachable][0][to]': '16:00',
      },
      'Give two different times.',
    ],
    ['an answer that there is not', { 'phones[0][availability]': 'perhaps' }, 'id="phones-0-availability'],
  ])('comes back with what was typed: %s', async (_what, typed, said) => {
    const path = `/clients/${clientId}/contacts/${ids[0]}`
    const refused = await staff.post(path, fields(typed), `${path}/edit`)
    expect(refused.status).toBe(422)
    expect(refused.text).toContain(said)
    expect(refused.text).toContain(note)
  })
  it('does not record the suggestion of a note that was changed, and offers that of the new one', async () => {
    const path = `/clients/${clientId}/contacts/${ids[0]}`
    const changed = {
      'phones[0][availability]': 'suggested',
      'phones[0][suggestedFrom]': note,
      'phones[0][hours]': 'after 17',
    }
    const refused = await staff.post(path, fields(changed), `${path}/edit`)
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('You changed the note')
    expect(refused.text).toContain('As the note says: 17:00–20:00')
    expect(refused.text).toContain('name="phones[0][suggestedFrom]" value="after 17"')
  })
})
