import type { Page } from 'playwright-core'
import type { Account, Stage } from './stage.ts'

const id = '[0-9a-f]{8}-[0-9a-f-]{27}'
/** An address of one client, with what follows it. */
export const clientPath = (rest = '') => new RegExp(`^/clients/${id}${rest.replaceAll(':id', id)}$`)

/** The first link of the page's own content whose address looks like `pattern`, opened. */
export const follow = async (page: Page, pattern: RegExp) => {
  const addresses = await page
    .locator('main a[href]')
    .evaluateAll(links => links.map(link => link.getAttribute('href')))
  const address = addresses.find(found => found !== null && pattern.test(found))
  if (!address) throw new Error(`no link like ${String(pattern)} on ${new URL(page.url()).pathname}`)
  await page.goto(address)
}

export const openClient = async (page: Page) => {
  await page.goto('/clients')
  await follow(page, clientPath())
}
export const fromClient = (rest: string) => async (page: Page) => {
  await openClient(page)
  await follow(page, clientPath(rest))
}

/** The page's own form; not those of the bar, nor of a step that asks first. */
export const formOf = (page: Page) => page.locator('main form[method="post"]:not(.find):not(details form)').last()

export const submit = async (page: Page) => {
  const button = formOf(page).locator('button[type="submit"]:not([name="next"]), button:not([type])').last()
  await Promise.all([page.waitForEvent('load'), button.click()])
}

/** Sends the page's form as it stands, past the browser's own checks, so that the server's problems show. */
export const sendUnchecked = async (page: Page) => {
  await formOf(page).evaluate((node: HTMLFormElement) => {
    node.noValidate = true
  })
  await submit(page)
}

export const sendEmpty = (address: string) => async (page: Page) => {
  await page.goto(address)
  await sendUnchecked(page)
}

/** Opens a step that asks first; `again` takes it. */
export const openConfirm = (page: Page, action: string) =>
  page.locator(`details.confirm:has(form[action$="${action}"]) > summary`).first().click()
export const confirm = async (page: Page, action: string) => {
  await openConfirm(page, action)
  const yes = page.locator(`details.confirm form[action$="${action}"] button[type="submit"]`).first()
  await Promise.all([page.waitForEvent('load'), yes.click()])
}

export const search = (words: string) => async (page: Page) => {
  await page.goto('/')
  await page.locator('[data-search-first]').fill(words)
  await page.locator('[data-search-first]').press('Enter')
  await page.waitForURL(/searches/)
}

export const signIn = async (page: Page, { login, password }: Pick<Account, 'login' | 'password'>) => {
  await page.goto('/sign-in')
  await page.locator('[name="login"]').fill(login)
  await page.locator('[name="password"]').fill(password)
  await submit(page)
}

export const signOut = async (page: Page) => {
  await page.emulateMedia({ media: 'screen' }) // on paper there is no menu
  await page.goto('/')
  await page.locator('.menu-account > summary').click()
  await page.locator('form[action="/sign-out"] button').click()
  await page.waitForURL(/signed-out|sign-in/)
}

export const chosenPassword = 'Siedem-zielonych-latarni-nad-Wartą-7'

/** Signs a new person in and lets them choose the password that they must. */
export const settle = async (page: Page, account: Account): Promise<Account> => {
  await signIn(page, account)
  await page.locator('[name="currentPassword"]').fill(account.password)
  await page.locator('[name="password"]').fill(chosenPassword)
  await Promise.all([
    page.waitForEvent('load'),
    page.locator('form[action="/account/password"] button.btn-primary').click(),
  ])
  await page.locator('.menu-account').waitFor()
  return { ...account, password: chosenPassword }
}

/** Sets the last thing that the person of this page did so far back, and lets the page ask. */
export const letPass = async (page: Page, { redis }: Stage, ms: number) => {
  const owner = await page.locator('dialog[data-countdown]').getAttribute('data-owner')
  await redis.hset(`active:${(owner ?? '').replace('/', ':')}`, 'last', String(Date.now() - ms))
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
}
