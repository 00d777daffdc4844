import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import { clientPath, follow, fromClient, openClient, sendEmpty } from './steps.ts'

const searchFor = (fields: Record<string, string>) => async (page: Page) => {
  await page.goto('/log')
  const form = page.locator('form[action="/log/searches"]')
  await page.locator('details:has(form[action="/log/searches"]) > summary').click()
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value)
  await Promise.all([page.waitForEvent('load'), form.locator('button[type="submit"]').click()])
}

/** The log, who has seen a client, and what is unusual. */
export const logPages: Shot[] = [
  {
    // Something is looked at first, so that the log has something to tell.
    name: 'log',
    view: 'audit-log/log',
    role: 'security_officer',
    open: async page => {
      await openClient(page)
      await page.goto('/log')
    },
  },
  { name: 'log-nothing', view: 'audit-log/log', role: 'security_officer', open: searchFor({ to: '2020-01-01' }) },
  { name: 'log-problems', view: 'audit-log/log', role: 'security_officer', open: searchFor({ client: 'Nieznana' }) },
  {
    name: 'log-search-gone',
    view: 'audit-log/search-gone',
    role: 'security_officer',
    open: '/log/searches/AAAAAAAAAAAAAAAAAAAAAA',
  },
  { name: 'log-export', view: 'audit-log/export', role: 'security_officer', open: '/log/export' },
  {
    name: 'log-export-found',
    view: 'audit-log/export',
    role: 'security_officer',
    open: async page => {
      await searchFor({ from: '2026-01-01', place: '127.0.0.1' })(page)
      await page.goto(`${page.url()}/export`)
    },
  },
  { name: 'log-export-problems', view: 'audit-log/export', role: 'security_officer', open: sendEmpty('/log/export') },
  { name: 'log-print', view: 'audit-log/print', role: 'security_officer', open: '/log/print' },
  { name: 'log-printed', view: 'audit-log/print', role: 'security_officer', media: 'print', open: '/log/print' },
  { name: 'log-watching', view: 'audit-log/watching', role: 'security_officer', open: '/log/watching' },
  { name: 'log-unusual', view: 'audit-log/unusual', role: 'security_officer', open: '/log/unusual?all=1' },
  { name: 'client-access', view: 'audit-log/access', role: 'security_officer', open: fromClient('/access') },
  {
    name: 'client-access-printed',
    view: 'audit-log/visits-print',
    role: 'security_officer',
    media: 'print',
    open: async page => {
      await fromClient('/access')(page)
      await follow(page, /\/access\/print\?language=pl$/)
    },
  },
  { name: 'client-access-staff', view: 'audit-log/visits', role: 'staff', open: fromClient('/access') },
  {
    // The officer's own printing is found by the worker within ten minutes; the picture waits for nothing and asks for it.
    name: 'log-thing',
    view: 'audit-log/thing',
    role: 'security_officer',
    open: async page => {
      await page.goto('/log/unusual?all=1')
      await follow(page, new RegExp(clientPath().source.replace('clients', 'log/unusual')))
    },
  },
]
