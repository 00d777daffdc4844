import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Stage } from './stage.ts'
import { confirm, openConfirm, sendEmpty, submit } from './steps.ts'

const names = { pl: 'Ośrodek Pod Dębem', en: 'Oak Lodge' } as const
const administrators = { pl: ['Jadwiga', 'Lipska'], en: ['Judith', 'Lindsay'] } as const

/** An organisation that the operator has just made. @returns its address */
const made = (page: Page, stage: Stage) =>
  stage.once('tenant', async () => {
    await page.goto('/tenants/new')
    await page.fill('[name="name"]', names[stage.language])
    await page.selectOption('main [name="language"]', stage.language)
    await page.fill('[name="mostAccounts"]', '20')
    await submit(page)
    const [row] = await stage.sql(`select id from tenants where name = '${names[stage.language]}'`)
    return `/tenants/${row!.id!}`
  })
const opened = async (page: Page, stage: Stage, rest = '') => page.goto(`${await made(page, stage)}${rest}`)

/** What operators see and do. */
export const tenantPages: Shot[] = [
  { name: 'tenants', view: 'tenants/list', role: 'operator', open: '/tenants' },
  { name: 'tenants-none-closed', view: 'tenants/list', role: 'operator', open: '/tenants?show=closed' },
  { name: 'tenant-new', view: 'tenants/new', role: 'operator', open: '/tenants/new' },
  { name: 'tenant-problems', view: 'tenants/new', role: 'operator', open: sendEmpty('/tenants/new') },
  { name: 'tenant', view: 'tenants/tenant', role: 'operator', open: opened },
  {
    name: 'tenant-administrator',
    view: 'tenants/administrator',
    role: 'operator',
    open: (page, stage) => opened(page, stage, '/administrator'),
  },
  {
    name: 'tenant-handed-over',
    view: 'tenants/handed-over',
    role: 'operator',
    open: async (page, stage) => {
      const [given, family] = administrators[stage.language]
      await opened(page, stage, '/administrator')
      await page.fill('[name="givenName"]', given)
      await page.fill('[name="familyName"]', family)
      await submit(page)
    },
  },
  {
    name: 'tenant-suspend',
    view: 'tenants/tenant',
    role: 'operator',
    open: async (page, stage) => {
      await opened(page, stage)
      await openConfirm(page, '/suspend')
    },
  },
  {
    name: 'tenant-suspended',
    view: 'tenants/tenant',
    role: 'operator',
    open: async (page, stage) => {
      await opened(page, stage)
      await confirm(page, '/suspend')
    },
  },
  {
    name: 'tenant-close',
    view: 'tenants/close',
    role: 'operator',
    open: (page, stage) => opened(page, stage, '/close'),
  },
  {
    name: 'tenant-closing',
    view: 'tenants/tenant',
    role: 'operator',
    open: async (page, stage) => {
      await opened(page, stage, '/close')
      await page.fill('[name="days"]', '30')
      await page.fill('[name="name"]', names[stage.language])
      await submit(page)
    },
  },
]
