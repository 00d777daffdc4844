import { systemActor, type Role } from '../src/platform/actor.ts'
import { proxied, type World } from './world.ts'

export type SignedInBrowser = { headers: Record<string, string>; token: string; accountId: number; device: string }
type Credentials = { login: string; password: string; id: number }

/** What a browser sends with every page it asks for. */
const asBrowser = {
  ...proxied,
  Accept: 'text/html,application/xhtml+xml',
  'Accept-Language': 'pl',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Dest': 'document',
}

export const newAccount = (
  world: World,
  tenantId: string,
  index: number,
  roles: Role[] = ['staff'],
): Promise<Credentials> =>
  world.features.accounts.create(systemActor(tenantId), {
    givenName: 'Jan',
    familyName: `Pracownik${index}`,
    email: null,
    roles,
    language: 'pl',
    mustChangePassword: false,
  })

/** Opens the sign-in page and sends its form, as a person's browser would. */
export const signIn = async (url: string, { login, password, id }: Credentials): Promise<SignedInBrowser> => {
  const door = await openDoor(url)
  const answer = await fetch(`${url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...door.headers, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ _csrf: door.token, login, password }),
  })
  if (answer.status !== 303) throw new Error(`Signing in was answered by ${answer.status}`)
  const headers = { ...asBrowser, Cookie: cookieOf(answer) }
  const page = await fetch(`${url}/`, { headers })
  const device = cookieOf(answer)
    .split('; ')
    .find(cookie => !cookie.startsWith('__Host-ostoja='))
  return { headers, token: tokenOf(await page.text()), accountId: id, device: device ?? '' }
}

/** The sign-in page as it is open in a browser: cookies and token. @param device the cookie of a browser that has been here before */
export const openDoor = async (url: string, device = '') => {
  const page = await fetch(`${url}/sign-in`, { headers: { ...asBrowser, Cookie: device } })
  const cookies = [device, cookieOf(page)].filter(Boolean).join('; ')
  return { headers: { ...asBrowser, Cookie: cookies }, token: tokenOf(await page.text()) }
}

export const cookieOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map(cookie => cookie.split(';')[0])
    .join('; ')

const tokenOf = (html: string) => {
  const token = /name="_csrf"\s+value="([^"]+)"/.exec(html)?.[1]
  if (!token) throw new Error('There is no form on this page')
  return token
}
