import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Decrypter } from 'age-encryption'
import { readFile } from 'node:fs/promises'
import type { Actor } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import { clientProfile, contactProfile } from '../support/world.ts'

const MINUTE = 60_000
const passphrase = 'krokus lampa wiadro sowa'

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

/** An office with clients of which the first have a contact, some a contact without a number, and an export whose opening code is known. */
const newOffice = async ({ clients: count = 6, withContact = 5, withoutNumber = 0 } = {}) => {
  const tenantId = await ostoja.newTenant()
  const officer = await ostoja.signedIn(tenantId, ['security_officer'])
  const actor: Actor = { tenantId, accountId: officer.account.id, roles: ['security_officer'] }
  const { clients, emergencyContacts, exports } = ostoja.features
  for (let n = 0; n < count; n += 1) {
    const clientId = crypto.randomUUID()
    await clients.create(actor, clientId, { ...clientProfile, familyName: `Nazwisko${n}`, phones: [] })
    const phone = { type: 'mobile' as const, number: `+4850000000${n}`, typed: `50000000${n}`, hours: null }
    const phones = n < withContact ? [phone] : []
    if (n < withContact + withoutNumber)
      await emergencyContacts.add(actor, clientId, crypto.randomUUID(), { ...contactProfile, phones })
  }
  const { id } = (await exports.request(actor, { passphrase, keyIds: [], format: 'fhir', language: 'pl' }))!
  await until('the export is ready', async () => (await exports.find(actor, id)).status === 'ready')
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  const plain = await decrypter.decrypt(await readFile((await exports.download(actor, id)).file), 'text')
  const code = (JSON.parse(plain) as { meta: { tag: { code: string }[] } }).meta.tag[0]!.code
  return { officer, actor, code, exportId: id, tenantId }
}

const begin = async ({ officer }: Awaited<ReturnType<typeof newOffice>>) => {
  const path = (await officer.post('/drills', {}, '/drills')).headers.location!
  const page = (await officer.get(path)).text
  const sought = [...page.matchAll(/name="answers\[([0-9a-f-]{36})\]"/g)].map(([, id]) => id!)
  const names = [...page.matchAll(/Nazwisko(\d)/g)].map(([, n]) => n!)
  return { path, page, sought, names }
}

describe('a drill', () => {
  it('asks for three people, is timed, passed with the code and the right numbers, and kept as evidence', async () => {
    const office = await newOffice()
    const { officer, actor, code } = office
    const { path, page, sought, names } = await begin(office)
    expect(new Set(sought).size).toBe(3)
    expect(names).not.toContain('5')
    // No more of anybody than is needed to look for them.
    for (const secret of ['+4850000000', '50000000', contactProfile.name]) expect(page).not.toContain(secret)

    ostoja.skip(2 * MINUTE)
    const answers = Object.fromEntries(sought.map((id, at) => [`answers[${id}]`, `00${names[at]!}`]))
    const done = await officer.post(path, { ...answers, code: code.toLowerCase(), trouble: 'none' }, path)
    expect(done.headers.location).toBe(path)
    const result = (await officer.get(path)).text
    expect(result).toContain('Passed')
    expect(result).toMatch(/[2-4] min \d+ s/)
    expect(result).toContain('Anna Testowa')
    for (const n of names) expect(result).not.toContain(`Nazwisko${n}`)
    expect((await officer.get('/readiness')).text).toContain('data-part="drill" data-state="good"')
    expect((await ostoja.features.exports.find(actor, office.exportId)).proved_at).not.toBeNull()
    expect((await officer.post(path, { ...answers, code, trouble: 'none' }, '/drills')).status).toBe(404)
  })

  it('is not passed without the code, with a wrong number, or with somebody missing, and says which', async () => {
    const office = await newOffice()
    const { officer } = office
    const { path, sought, names } = await begin(office)
    const [first, second, third] = sought
    const answers = {
      [`answers[${first!}]`]: `00${names[0]!}`,
      [`answers[${second!}]`]: '999',
      [`answers[${third!}]`]: '',
    }
    const bad = await officer.post(path, { ...answers, code: '', trouble: 'nonsense' }, path)
    expect(bad.status).toBe(422)
    expect(bad.text).toContain('value="999"')
    await officer.post(path, { ...answers, code: '22222222', trouble: 'person' }, path)
    const result = (await officer.get(path)).text
    expect(result).toContain('Not passed')
    for (const outcome of [
      'Found, with the right number',
      'Not the number in the record',
      'Not found',
      'not confirmed',
      'Somebody was not in it',
    ])
      expect(result).toContain(outcome)
    expect((await officer.get('/readiness')).text).toContain('data-part="drill" data-state="due"')
  })

  it.each([1, 2])('of an organisation with few to call is about those there are, and says so: %i', async count => {
    // Most have nobody, and the contact of some has no number that could be read off.
    const office = await newOffice({ clients: 40, withContact: count, withoutNumber: 3 })
    const { officer, code } = office
    const { path, page, sought, names } = await begin(office)
    expect(sought).toHaveLength(count)
    expect(names.toSorted()).toEqual(Array.from({ length: count }, (_, n) => String(n)))
    expect(page).toContain(count === 1 ? 'Only one client has' : 'Only 2 clients have')
    expect(page).toContain(count === 1 ? 'Find this person' : 'Find these 2 people')
    expect(page).not.toMatch(/these 3|three people|the three/i)
    const answers = Object.fromEntries(sought.map((id, at) => [`answers[${id}]`, `00${names[at]!}`]))
    await officer.post(path, { ...answers, code, trouble: 'none' }, path)
    const result = (await officer.get(path)).text
    expect(result).toContain('Passed')
    expect(result).toContain(count === 1 ? 'The person' : 'The 2 people')
  })

  it('cannot be held where there is nobody to look for: it says what is missing, and nothing begins', async () => {
    const { officer, actor } = await newOffice({ clients: 2, withContact: 0, withoutNumber: 1 })
    const refused = await officer.post('/drills', {}, '/drills')
    expect(refused.status).toBe(409)
    expect(refused.text).toContain('There is nobody to look for yet')
    expect(refused.text).toContain('Start a drill')
    expect(await ostoja.features.drills.list(actor)).toEqual([])
  })

  it('does not count whose record is restricted before it ends: what was read of the others decides', async () => {
    const office = await newOffice()
    const { officer, code, tenantId } = office
    const { path, sought, names } = await begin(office)
    const { id: accountId } = await ostoja.newAccount(tenantId, ['staff'])
    const keyWorker: Actor = { tenantId, accountId, roles: ['staff'] }
    const { restrict } = ostoja.features.restricted.restrictions
    expect(await restrict(keyWorker, sought[0]!, { people: [accountId], note: 'x' })).toBe('kept')

    const answers = Object.fromEntries(sought.map((id, at) => [`answers[${id}]`, `00${names[at]!}`]))
    await officer.post(path, { ...answers, code, trouble: 'none' }, path)
    const result = (await officer.get(path)).text
    expect(result).toContain('Passed')
    expect(result).toContain('this record can no longer be compared')
    expect(result).not.toContain('Not the number')
  })

  it('is nobody else’s', async () => {
    const alone = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
    expect((await alone.post('/drills', {}, '/drills')).status).toBe(409)
    const office = await newOffice()
    const { path } = await begin(office)
    expect((await alone.get(path)).status).toBe(404)
    const colleague = await ostoja.signedIn(office.tenantId, ['security_officer'])
    const seen = await colleague.get(path)
    expect(seen.text).toContain('has not finished')
    expect(seen.text).not.toContain('Nazwisko')
    expect((await colleague.post(path, { code: '', trouble: 'none' }, '/drills')).status).toBe(404)
  })
})
