import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Stage } from './stage.ts'
import { chosenPassword, sendUnchecked, signIn, submit } from './steps.ts'

export const guess = (page: Page) => signIn(page, { login: 'nobody.at-all', password: 'not the password' })
const newcomer = (stage: Stage) => stage.newAccount(['staff'])

/** Every reason for which somebody may find themselves signed out. */
const reasons = ['idle', 'limit', 'closed', 'lost', 'elsewhere', 'administrator', 'password', 'deactivated'] as const

/** What somebody meets who is not signed in. */
export const atTheDoor: Shot[] = [
  { name: 'sign-in', view: 'sign-in/sign-in', role: 'nobody', open: '/sign-in' },
  { name: 'sign-in-refused', view: 'sign-in/sign-in', role: 'nobody', open: guess },
  {
    name: 'sign-in-problems',
    view: 'sign-in/sign-in',
    role: 'nobody',
    open: async page => {
      await page.goto('/sign-in')
      await sendUnchecked(page)
    },
  },
  {
    name: 'sign-in-stale',
    view: 'sign-in/sign-in',
    role: 'nobody',
    open: async page => {
      await page.goto('/sign-in')
      await page.locator('form[action="/sign-in"] [name="_csrf"]').evaluate(field => field.setAttribute('value', 'old'))
      await page.fill('[name="login"]', 'nobody.at-all')
      await page.fill('[name="password"]', 'not the password')
      await submit(page)
    },
  },
  { name: 'signed-out', view: 'sign-in/signed-out', role: 'nobody', open: '/signed-out' },
  ...reasons.map((because): Shot => {
    const open = `/signed-out?because=${because}`
    return { name: `signed-out-${because}`, view: 'sign-in/signed-out', role: 'nobody', open }
  }),
  { name: 'password-ask', view: 'password-resets/ask', role: 'nobody', open: '/forgotten-password' },
  {
    name: 'password-ask-problems',
    view: 'password-resets/ask',
    role: 'nobody',
    open: async page => {
      await page.goto('/forgotten-password')
      await sendUnchecked(page)
    },
  },
  { name: 'password-link-gone', view: 'password-resets/expired', role: 'nobody', open: '/password-resets/long-ago' },
  { name: 'not-found-nobody', view: 'errors/not-found', role: 'nobody', open: '/nothing-here' },
]

const askFor = async (page: Page, name: string) => {
  await page.goto('/forgotten-password')
  await page.fill('[name="name"]', name)
  await submit(page)
}
const openLink = async (page: Page, stage: Stage) => {
  const { login, email } = await newcomer(stage)
  await askFor(page, login)
  const { links } = await stage.mail.mailTo(email)
  await page.goto(links.find(link => link.includes('/password-resets/')) ?? '')
}
const choose = async (page: Page, password: string) => {
  await page.fill('[name="password"]', password)
  await submit(page)
}

/** Passwords that have to be chosen. */
export const passwordLinks: Shot[] = [
  {
    name: 'password-asked',
    view: 'password-resets/asked',
    role: 'newcomer',
    open: async (page, stage) => askFor(page, (await newcomer(stage)).login),
  },
  { name: 'password-link', view: 'password-resets/choose', role: 'newcomer', open: openLink },
  {
    name: 'password-link-problems',
    view: 'password-resets/choose',
    role: 'newcomer',
    open: async (page, stage) => {
      await openLink(page, stage)
      await choose(page, 'password')
    },
  },
  {
    name: 'password-link-done',
    view: 'password-resets/done',
    role: 'newcomer',
    open: async (page, stage) => {
      await openLink(page, stage)
      await choose(page, chosenPassword)
    },
  },
  {
    name: 'password-ask-slow',
    view: 'password-resets/ask',
    role: 'newcomer',
    open: async (page, stage) => {
      for (let asked = 0; asked < 30 && !(await page.locator('main .alert-danger').count()); asked++)
        await askFor(page, 'nobody.at-all')
      await stage.forget('password-links:address:*')
    },
  },
  {
    name: 'password-forced',
    view: 'account-page/password',
    role: 'newcomer',
    open: async (page, stage) => signIn(page, await newcomer(stage)),
  },
  {
    name: 'password-forced-problems',
    view: 'account-page/password',
    role: 'newcomer',
    open: async (page, stage) => {
      const account = await newcomer(stage)
      await signIn(page, account)
      await page.fill('[name="currentPassword"]', account.password)
      await page.fill('[name="password"]', 'password')
      await Promise.all([page.waitForEvent('load'), page.click('form[action="/account/password"] .btn-primary')])
    },
  },
]
