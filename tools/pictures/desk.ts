import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import { sendEmpty, sendUnchecked, submit } from './steps.ts'

const fetchLinks = (page: Page) => page.locator('main a[href$="/fetch"]')

/** The operator's desk: what is red first, backups, keys, jobs, health, announcements. */
export const deskPages: Shot[] = [
  { name: 'desk', view: 'desk/desk', role: 'operator', open: '/' },
  { name: 'backups-empty', view: 'backup-desk/list', role: 'operator', open: '/backups' },
  {
    name: 'backups',
    view: 'backup-desk/list',
    role: 'operator',
    open: async page => {
      await page.goto('/backups')
      if ((await fetchLinks(page).count()) === 0) await submit(page)
      await fetchLinks(page).first().waitFor()
      await page.locator('[data-progress]').waitFor({ state: 'detached' })
    },
  },
  {
    name: 'backup-fetch',
    view: 'backup-desk/fetch',
    role: 'operator',
    open: async page => {
      await page.goto('/backups')
      await fetchLinks(page).first().click()
      await page.waitForURL(/fetch$/)
    },
  },
  {
    name: 'backup-fetch-problems',
    view: 'backup-desk/fetch',
    role: 'operator',
    open: async page => {
      await page.goto('/backups')
      await fetchLinks(page).first().click()
      await page.waitForURL(/fetch$/)
      await sendUnchecked(page)
    },
  },
  { name: 'keys', view: 'keys/keys', role: 'operator', open: '/keys' },
  { name: 'jobs', view: 'jobs/list', role: 'operator', open: '/jobs' },
  { name: 'system', view: 'installation/system', role: 'operator', open: '/system' },
  { name: 'announcements', view: 'announcements/list', role: 'operator', open: '/announcements' },
  {
    name: 'announcement-problems',
    view: 'announcements/list',
    role: 'operator',
    open: sendEmpty('/announcements'),
  },
]
