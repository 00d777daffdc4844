import type { Page } from 'playwright-core'

export type Role = 'nobody' | 'staff' | 'security_officer' | 'administrator' | 'operator'
type Way = string | ((page: Page) => Promise<void>)

/** A page worth a picture: who opens it, and its address or the clicks that lead there. `optional`: the data may not hold one. */
export type Shot = { name: string; role: Role; open: Way; optional?: boolean }

/** The first link of the page's own content whose address looks like `pattern`, opened. */
const follow = async (page: Page, pattern: RegExp) => {
  const addresses = await page
    .locator('main a[href]')
    .evaluateAll(links => links.map(link => link.getAttribute('href')))
  const address = addresses.find(found => found !== null && pattern.test(found))
  if (!address) throw new Error(`no link like ${String(pattern)} on ${new URL(page.url()).pathname}`)
  await page.goto(address)
}

const id = '[0-9a-f]{8}-[0-9a-f-]{27}'
const aClient = new RegExp(`^/clients/${id}$`)
const openClient = async (page: Page) => {
  await page.goto('/clients')
  await follow(page, aClient)
}
const fromClient = (pattern: RegExp) => async (page: Page) => {
  await openClient(page)
  await follow(page, pattern)
}
const openTenant = async (page: Page) => {
  await page.goto('/tenants')
  await follow(page, new RegExp(`^/tenants/${id}$`))
}
/** Sends the page's form as it stands, past the browser's own checks, so that the server's problems show. */
const sendEmpty = (address: string) => async (page: Page) => {
  await page.goto(address)
  const form = page.locator('main form[method="post"]').last()
  await form.evaluate((node: HTMLFormElement) => {
    node.noValidate = true
  })
  await form.locator('button[type="submit"], button:not([type])').last().click()
  await page.locator('.error-summary').waitFor()
}
const search = (words: string) => async (page: Page) => {
  await page.goto('/')
  await page.locator('[data-search-first]').fill(words)
  await page.locator('[data-search-first]').press('Enter')
  await page.waitForURL(/searches/)
}

export const shots: Shot[] = [
  { name: 'sign-in', role: 'nobody', open: '/sign-in' },
  {
    name: 'sign-in-refused',
    role: 'nobody',
    open: async page => {
      await page.goto('/sign-in')
      await page.locator('[name="login"]').fill('nobody.at-all')
      await page.locator('[name="password"]').fill('not the password')
      await page.locator('main button[type="submit"]').click()
      await page.locator('[role="alert"]').waitFor()
    },
  },
  { name: 'signed-out', role: 'nobody', open: '/signed-out' },
  { name: 'forgotten-password', role: 'nobody', open: '/forgotten-password' },
  { name: 'start', role: 'staff', open: '/' },
  {
    name: 'account-menu',
    role: 'staff',
    open: async page => {
      await page.goto('/clients')
      await page.locator('.menu-account > summary').click()
    },
  },
  { name: 'account', role: 'staff', open: '/account' },
  { name: 'account-password', role: 'staff', open: '/account/password' },
  { name: 'notices', role: 'staff', open: '/notices' },
  { name: 'drafts', role: 'staff', open: '/drafts' },
  { name: 'not-found', role: 'staff', open: '/nothing-here' },
  { name: 'forbidden', role: 'staff', open: '/exports' },
  { name: 'clients', role: 'staff', open: '/clients' },
  { name: 'search', role: 'staff', open: search('zi') },
  { name: 'search-nobody', role: 'staff', open: search('qqqqqq') },
  { name: 'client', role: 'staff', open: openClient },
  { name: 'client-new', role: 'staff', open: '/clients/new' },
  { name: 'client-problems', role: 'staff', open: sendEmpty('/clients/new') },
  { name: 'client-edit', role: 'staff', open: fromClient(new RegExp(`^/clients/${id}/edit$`)) },
  { name: 'client-print', role: 'staff', open: fromClient(new RegExp(`^/clients/${id}/print$`)) },
  { name: 'client-history', role: 'staff', open: fromClient(new RegExp(`^/clients/${id}/history`)), optional: true },
  { name: 'contact-new', role: 'staff', open: fromClient(new RegExp(`^/clients/${id}/contacts/new$`)) },
  {
    name: 'contact-edit',
    role: 'staff',
    open: fromClient(new RegExp(`^/clients/${id}/contacts/${id}/edit$`)),
    optional: true,
  },
  {
    name: 'contact-history',
    role: 'staff',
    open: fromClient(new RegExp(`^/clients/${id}/contact-history$`)),
  },
  { name: 'client-calls', role: 'staff', open: fromClient(new RegExp(`^/clients/${id}/calls$`)) },
  { name: 'card', role: 'staff', open: fromClient(new RegExp(`^/clients/${id}/card$`)) },
  {
    name: 'card-problem',
    role: 'staff',
    open: async page => {
      await openClient(page)
      await follow(page, new RegExp(`^/clients/${id}/card$`))
      const form = page.locator('[data-call-outcome] form').first()
      await form.locator('[name="number"]').evaluateAll((fields: HTMLInputElement[]) => {
        for (const field of fields) field.value = '0'
      })
      await form.locator('button').first().click()
      await page.locator('.error-summary').waitFor()
    },
    optional: true,
  },
  {
    name: 'sheet',
    role: 'staff',
    open: async page => {
      await openClient(page)
      await follow(page, new RegExp(`^/clients/${id}/card$`))
      await follow(page, new RegExp(`^/clients/${id}/sheet$`))
    },
  },
  { name: 'groups', role: 'staff', open: '/groups' },
  {
    name: 'group',
    role: 'staff',
    open: async page => {
      await page.goto('/groups')
      await follow(page, new RegExp(`^/groups/${id}$`))
    },
  },
  { name: 'contacts-to-confirm', role: 'staff', open: '/contacts-to-confirm' },
  { name: 'imports', role: 'staff', open: '/imports' },
  {
    name: 'import',
    role: 'staff',
    open: async page => {
      await page.goto('/imports')
      await follow(page, new RegExp(`^/imports/${id}`))
    },
    optional: true,
  },
  { name: 'start-officer', role: 'security_officer', open: '/' },
  { name: 'exports', role: 'security_officer', open: '/exports' },
  { name: 'export-new', role: 'security_officer', open: '/exports/new', optional: true },
  { name: 'readiness', role: 'security_officer', open: '/readiness' },
  { name: 'readiness-operator', role: 'operator', open: '/readiness' },
  { name: 'export-approvals', role: 'security_officer', open: '/exports/approvals' },
  { name: 'drills', role: 'security_officer', open: '/drills' },
  {
    name: 'drill',
    role: 'security_officer',
    open: async page => {
      await page.goto('/drills')
      await follow(page, new RegExp(`^/drills/${id}$`))
    },
    optional: true,
  },
  {
    name: 'export',
    role: 'security_officer',
    open: async page => {
      await page.goto('/exports')
      await follow(page, new RegExp(`^/exports/${id}$`))
    },
    optional: true,
  },
  { name: 'export-plan', role: 'security_officer', open: '/exports/plan' },
  { name: 'export-proof', role: 'security_officer', open: '/exports/proofs' },
  { name: 'export-keys', role: 'security_officer', open: '/exports/keys' },
  { name: 'accounts', role: 'administrator', open: '/accounts' },
  { name: 'account-new', role: 'administrator', open: '/accounts/new' },
  { name: 'account-problems', role: 'administrator', open: sendEmpty('/accounts/new') },
  {
    name: 'account-person',
    role: 'administrator',
    open: async page => {
      await page.goto('/accounts')
      await follow(page, /^\/accounts\/\d+$/)
    },
  },
  { name: 'settings', role: 'administrator', open: '/settings' },
  { name: 'erasures', role: 'administrator', open: '/erasures' },
  { name: 'desk', role: 'operator', open: '/' },
  { name: 'backups', role: 'operator', open: '/backups' },
  { name: 'keys', role: 'operator', open: '/keys' },
  { name: 'jobs', role: 'operator', open: '/jobs' },
  { name: 'system', role: 'operator', open: '/system' },
  { name: 'announcements', role: 'operator', open: '/announcements' },
  { name: 'announcement-problems', role: 'operator', open: sendEmpty('/announcements') },
  { name: 'tenants', role: 'operator', open: '/tenants' },
  { name: 'tenant-new', role: 'operator', open: '/tenants/new' },
  { name: 'tenant-problems', role: 'operator', open: sendEmpty('/tenants/new') },
  { name: 'tenant', role: 'operator', open: openTenant },
  {
    name: 'tenant-close',
    role: 'operator',
    open: async page => {
      await openTenant(page)
      await follow(page, new RegExp(`^/tenants/${id}/close$`))
    },
  },
]
