import type { Page } from 'playwright-core'
import { guess } from './doors.ts'
import type { Shot } from './shot.ts'
import type { Account, Stage } from './stage.ts'
import { letPass, settle, signIn, signOut, submit } from './steps.ts'

const settled = async (page: Page, stage: Stage): Promise<Account> => settle(page, await stage.newAccount(['staff']))
const minutes = 60_000

/** How a session ends, or may not begin. */
export const sessionEnds: Shot[] = [
  {
    name: 'notices',
    view: 'notices/notices',
    role: 'newcomer',
    open: async (page, stage) => {
      const account = await settled(page, stage)
      await signIn(await stage.newWindow(), account) // is refused, and told
      await page.goto('/notices')
    },
  },
  {
    name: 'countdown',
    view: 'start-page/start-page',
    role: 'newcomer',
    screenful: true,
    open: async (page, stage) => {
      await settled(page, stage)
      await letPass(page, stage, 9 * minutes)
      await page.locator('dialog[data-countdown][open]').waitFor()
    },
  },
  {
    name: 'idle',
    view: 'sign-in/signed-out',
    role: 'newcomer',
    open: async (page, stage) => {
      await settled(page, stage)
      await letPass(page, stage, 11 * minutes)
      await page.waitForURL('**/signed-out')
    },
  },
  {
    name: 'sign-in-again-idle',
    view: 'sign-in/sign-in',
    role: 'newcomer',
    open: async (page, stage) => {
      await settled(page, stage)
      await letPass(page, stage, 11 * minutes)
      await page.waitForURL('**/signed-out')
      await page.goto('/clients')
    },
  },
  {
    name: 'sign-in-again-password',
    view: 'sign-in/sign-in',
    role: 'newcomer',
    open: async (page, stage) => {
      const { login } = await settled(page, stage)
      await stage.ostoja(['account', 'reset-password', '--login', login])
      await page.goto('/clients')
    },
  },
  {
    name: 'sign-in-again-closed',
    view: 'sign-in/sign-in',
    role: 'newcomer',
    open: async (page, stage) => {
      await settled(page, stage)
      await page.waitForTimeout(500) // until the server has heard of the page
      const later = await page.context().newPage()
      await page.close()
      await later.waitForTimeout(4500) // past the grace of 3 s
      await later.goto('/clients')
      stage.lookAt(later)
    },
  },
  {
    name: 'sign-in-blocked',
    view: 'sign-in/sign-in',
    role: 'newcomer',
    open: async (page, stage) => {
      const account = await settled(page, stage)
      const elsewhere = await stage.newWindow()
      await signIn(elsewhere, account)
      stage.lookAt(elsewhere)
    },
  },
  {
    name: 'sign-in-slow-down',
    view: 'sign-in/sign-in',
    role: 'newcomer',
    open: async (page, stage) => {
      for (let tries = 0; tries < 11; tries++) await guess(page)
      await stage.forget('attempts:*')
    },
  },
  {
    name: 'sign-in-remembered',
    view: 'sign-in/sign-in',
    role: 'newcomer',
    open: async (page, stage) => {
      await settle(page, await stage.newAccount(['administrator']))
      await page.goto('/settings')
      await page.check('[name="rememberMe"]')
      await submit(page)
      await signOut(page)
      await page.goto('/sign-in')
    },
  },
]
