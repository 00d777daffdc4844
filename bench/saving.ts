import { randomUUID } from 'node:crypto'
import { measure, type Measured } from './load.ts'
import { personAt } from './people.ts'
import type { Ground } from './ground.ts'

/** Saves new clients by the form, each with a form id of its own. */
export const createClientsPath = (
  { web, browsers }: Ground,
  { inFlight, seconds }: { inFlight: number; seconds: number },
): Promise<Measured> => {
  const [browser] = browsers
  const targets = Array.from({ length: 20_000 }, (_, index) => {
    const { givenNames, familyName, birthDate, phone } = personAt(77, index)
    const fields = {
      id: randomUUID(),
      givenNames,
      familyName,
      birthDate,
      gender: 'unknown',
      'phones[0][number]': phone,
    }
    const body = new URLSearchParams({ _csrf: browser!.token, 'phones[0][type]': 'mobile', ...fields }).toString()
    return { method: 'POST' as const, path: '/clients', body }
  })
  const load = { url: web.url, headers: [browser!.headers], targets, inFlight, seconds, expects: { status: 303 } }
  return measure(load, web.pid)
}
