// Opens every page of a running product as the right person and takes its picture in both languages, light and dark, wide and narrow;
// looks at each with axe on the way. Usage: npm run screenshots [name …], beside a running bin/start with the same DATA_DIR.
import { AxeBuilder } from '@axe-core/playwright'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { shots, type Role, type Shot } from './screenshot-pages.ts'

type Account = { role: string; login: string; password: string; url: string }

const root = path.resolve(import.meta.dirname, '..')
const folder = path.join(root, 'screenshots')
const sizes = { wide: { width: 1280, height: 800 }, '390': { width: 390, height: 844 } }
const faults: string[] = []
const wanted = process.argv.slice(2)

const firstLine = (fault: unknown) => (fault as Error).message.split('\n')[0] ?? ''

const readAccounts = async () => {
  const file = path.join(process.env.DATA_DIR ?? path.join(root, '.data'), 'demo-accounts.json')
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`${file} cannot be read: start Ostoja with bin/start first (DATA_DIR says where its data is).`)
  })
  return JSON.parse(text) as Account[]
}

const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

const signIn = async (page: Page, { login, password }: Account) => {
  await page.goto('/sign-in')
  await page.locator('[name="login"]').fill(login)
  await page.locator('[name="password"]').fill(password)
  await page.locator('main button[type="submit"]').click()
  await page.locator('.menu-account').waitFor()
}

// An account has one session, so each person signs in once and leaves it free again.
const signOut = async (page: Page) => {
  await page.goto('/')
  await page.locator('.menu-account > summary').click()
  await page.locator('form[action="/sign-out"] button').click()
  await page.waitForURL(/signed-out|sign-in/)
}

const speak = async (page: Page, language: string, signedIn: boolean) => {
  await page.goto(signedIn ? '/' : '/sign-in')
  if (signedIn) await page.locator('.menu-account > summary').click()
  await page.locator(`button[name="language"][value="${language}"]`).click()
  await page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' })
}

const goTo = async (page: Page, address: string) => {
  const status = (await page.goto(address))?.status() ?? 0
  if (status >= 500) throw new Error(`answered by ${String(status)}`)
}

const picture = async (page: Page, { name, open, optional }: Shot, language: string) => {
  try {
    if (typeof open === 'string') await goTo(page, open)
    else await open(page)
  } catch (fault) {
    const why = `${name} (${language}) could not be opened: ${firstLine(fault)}`
    if (optional) console.log(`left out: ${why}`)
    else faults.push(why)
    return
  }
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [size, viewport] of Object.entries(sizes)) {
      const file = `${name}-${colorScheme}-${size}-${language}`
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize(viewport)
      // The picture is of the page as it settles in its new size, not on the way there.
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50))))
      await page.screenshot({ path: path.join(folder, `${file}.png`), fullPage: true })
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (tooWide > 0) faults.push(`${file}: ${String(tooWide)} px wider than the window`)
      // Another language moves words, not colours: one look is enough there.
      if (language === 'en' && file !== `${name}-light-wide-en`) continue
      const { violations } = await new AxeBuilder({ page }).analyze()
      for (const { id, help, nodes } of violations)
        faults.push(`${file}: ${id} (${help}) ${nodes[0]?.html.slice(0, 140) ?? ''}`)
    }
}

const visit = async (context: BrowserContext, role: Role, account: Account | undefined) => {
  const page = await context.newPage()
  page.on('pageerror', fault => faults.push(`${page.url()}: ${fault.message}`))
  page.on('console', message => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
      faults.push(`${page.url()}: ${message.text()}`)
  })
  if (account) await signIn(page, account)
  try {
    for (const language of ['pl', 'en']) {
      await speak(page, language, account !== undefined)
      for (const shot of shots)
        if (shot.role === role && (wanted.length === 0 || wanted.includes(shot.name)))
          await picture(page, shot, language)
    }
  } finally {
    if (account) await signOut(page)
  }
}

const visitAs = async (browser: Browser, role: Role, accounts: Account[]) => {
  const account = accounts.find(found => found.role.split(/[\s,]+/).includes(role))
  if (role !== 'nobody' && !account) throw new Error(`demo-accounts.json has nobody with the role ${role}`)
  const context = await browser.newContext({
    baseURL: (account ?? accounts[0])?.url ?? '',
    ignoreHTTPSErrors: true,
    locale: 'pl-PL',
    timezoneId: 'Europe/Warsaw',
  })
  context.setDefaultTimeout(15_000)
  await visit(context, role, account)
  await context.close()
}

await mkdir(folder, { recursive: true })
const accounts = await readAccounts()
const browser = await launch()
try {
  for (const role of new Set(shots.map(shot => shot.role)))
    await visitAs(browser, role, accounts).catch((fault: unknown) => faults.push(`as ${role}: ${firstLine(fault)}`))
} finally {
  await browser.close()
}
for (const fault of faults) console.error(fault)
console.log(`${folder}: ${faults.length === 0 ? 'nothing to mend' : `${String(faults.length)} things to mend`}`)
process.exitCode = faults.length === 0 ? 0 : 1
