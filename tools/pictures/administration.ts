import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Language, Stage } from './stage.ts'
import { confirm, follow, openConfirm, sendEmpty, submit } from './steps.ts'

const newcomers: Record<Language, [string, string]> = {
  pl: ['Tymoteusz', 'Zawada'],
  en: ['Timothy', 'Zeal'],
}

export const createSomebody = async (page: Page, { language }: Stage) => {
  const [given, family] = newcomers[language]
  await page.goto('/accounts/new')
  await page.fill('[name="givenName"]', given)
  await page.fill('[name="familyName"]', family)
  await page.check('[name="roles[staff]"]')
  await submit(page)
}
const openSomebody = async (page: Page, { language }: Stage) => {
  await page.goto('/accounts')
  await page.getByRole('link', { name: newcomers[language][1] }).first().click()
  await page.waitForURL(/\/accounts\/\d+$/)
}

export const accountPages: Shot[] = [
  { name: 'accounts', view: 'accounts/list', role: 'administrator', open: '/accounts' },
  { name: 'account-new', view: 'accounts/new', role: 'administrator', open: '/accounts/new' },
  { name: 'account-problems', view: 'accounts/new', role: 'administrator', open: sendEmpty('/accounts/new') },
  {
    name: 'account-created',
    view: 'accounts/password',
    role: 'administrator',
    open: async (page, stage) => {
      await createSomebody(page, stage)
    },
  },
  {
    name: 'account-own',
    view: 'accounts/account',
    role: 'administrator',
    open: async page => {
      await page.goto('/accounts')
      await follow(page, /^\/accounts\/\d+$/)
    },
  },
  {
    name: 'account-person',
    view: 'accounts/account',
    role: 'administrator',
    open: async (page, stage) => {
      await openSomebody(page, stage)
    },
  },
  {
    name: 'account-deactivate',
    view: 'accounts/account',
    role: 'administrator',
    open: async (page, stage) => {
      await openSomebody(page, stage)
      await openConfirm(page, '/deactivate')
    },
  },
  {
    name: 'account-reset',
    view: 'accounts/password',
    role: 'administrator',
    open: async (page, stage) => {
      await openSomebody(page, stage)
      await confirm(page, '/reset-password')
    },
  },
  {
    name: 'account-deactivated',
    view: 'accounts/account',
    role: 'administrator',
    open: async (page, stage) => {
      await openSomebody(page, stage)
      await confirm(page, '/deactivate')
    },
  },
  {
    name: 'accounts-deactivated',
    view: 'accounts/list',
    role: 'administrator',
    open: '/accounts?status=deactivated',
  },
]

export const settingsPages: Shot[] = [
  { name: 'settings', view: 'settings/settings', role: 'administrator', open: '/settings' },
  {
    name: 'settings-problems',
    view: 'settings/settings',
    role: 'administrator',
    open: async page => {
      await page.goto('/settings')
      await page.fill('[name="autoLogoutMinutes"]', '900')
      await page.fill('[name="passwordMinimum"]', '4')
      await submit(page)
    },
  },
]

/** The form that erases somebody who has contacts and an exported record. */
const doomed = async (page: Page, stage: Stage) => {
  const [client] = await stage.sql(
    `select client_id as id from emergency_contacts where tenant_id = $1 group by client_id order by count(*) desc, client_id limit 1`,
  )
  await page.goto(`/clients/${client!.id!}/erase`)
}

export const erasurePages: Shot[] = [
  {
    name: 'erasures-nobody',
    view: 'erasure/list',
    role: 'administrator',
    open: async page => {
      await page.goto('/erasures')
      await page.fill('[name="fileNumber"]', '0000-000')
      await submit(page)
    },
  },
  {
    name: 'erase',
    view: 'erasure/erase',
    role: 'administrator',
    open: async (page, stage) => {
      await doomed(page, stage)
    },
  },
  {
    name: 'erase-problems',
    view: 'erasure/erase',
    role: 'administrator',
    open: async (page, stage) => {
      await doomed(page, stage)
      await submit(page)
    },
  },
  {
    name: 'erased',
    view: 'erasure/list',
    role: 'administrator',
    open: async (page, stage) => {
      await doomed(page, stage)
      await page.fill('[name="reason"]', stage.language === 'pl' ? 'Wniosek z 20 listopada' : 'Request of 20 November')
      await page.fill('[name="fileNumber"]', await page.locator('dl.facts dd').first().innerText())
      await submit(page)
    },
  },
]
