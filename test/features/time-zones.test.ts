import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sayMoments } from '../../src/platform/i18n/moments.ts'
import { dayAfter, dayIn } from '../../src/platform/time/wall-clock.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

// At every moment the first two have different days; the process and the installation are in zones of their own.
const zones = ['Pacific/Kiritimati', 'America/Los_Angeles', 'Europe/Warsaw'] as const
const processZone = process.env.TZ

let ostoja: Ostoja

beforeAll(async () => {
  process.env.TZ = 'Asia/Kathmandu'
  ostoja = await startOstoja({ env: { TIME_ZONE: 'Asia/Tokyo' } })
})
afterAll(async () => {
  if (processZone === undefined) delete process.env.TZ
  else process.env.TZ = processZone
  await ostoja.close()
})

const organisationIn = async (timeZone: string) => {
  const tenantId = await ostoja.newTenant(timeZone)
  const admin = await ostoja.signedIn(tenantId, ['administrator'])
  const settings = { autoLogoutMinutes: 10, secondSignIn: 'block', passwordMinimum: 8, timeZone }
  expect((await admin.post('/settings', settings)).status).toBe(303)
  return { tenantId, staff: await ostoja.signedIn(tenantId, ['staff']) }
}

describe.each(zones)('an organisation in %s', timeZone => {
  it('takes today’s birth date and refuses tomorrow’s, by its own days', async () => {
    const { staff } = await organisationIn(timeZone)
    const born = (birthDate: string) => staff.post('/clients', { familyName: 'Nowa', birthDate })
    const today = dayIn(new Date(), timeZone)
    expect((await born(today)).status).toBe(303)
    expect((await born(dayAfter(today))).status).toBe(422)
  })

  it('prints a record with the time and the zone of its own clocks', async () => {
    const { staff } = await organisationIn(timeZone)
    const { headers } = await staff.post('/clients', { familyName: 'Nowa' })
    const before = sayMoments('en', timeZone).zoned(new Date())
    const { text } = await staff.get(`${headers.location}/print`)
    const after = sayMoments('en', timeZone).zoned(new Date())
    expect([before, after].some(moment => text.includes(moment))).toBe(true)
  })
})
