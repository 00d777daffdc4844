import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Stage } from './stage.ts'
import { formOf, fromClient, openClient, search, sendEmpty, sendUnchecked, submit } from './steps.ts'

const restrictedId = async (stage: Stage): Promise<string> => {
  const [row] = await stage.sql('select client_id as id from client_restrictions where tenant_id = $1 limit 1')
  return row!.id!
}
const openCase = async (page: Page, stage: Stage) => {
  const [row] = await stage.sql(
    'select id from break_glass_cases where tenant_id = $1 order by judgement is not null, opened_at limit 1',
  )
  await page.goto(`/break-glass/cases/${row!.id!}`)
}
const toGlass = async (page: Page, stage: Stage) => {
  await page.goto(`/clients/${await restrictedId(stage)}`)
}

/** Records that only named people see, and how one is opened all the same. */
export const restrictedPages: Shot[] = [
  { name: 'restriction-new', view: 'restricted-records/restriction', role: 'staff', open: fromClient('/restriction') },
  {
    name: 'restriction-problems',
    view: 'restricted-records/restriction',
    role: 'staff',
    open: async page => {
      await openClient(page)
      await sendEmpty(`${new URL(page.url()).pathname}/restriction`)(page)
    },
  },
  {
    name: 'restriction',
    view: 'restricted-records/restriction',
    role: 'security_officer',
    open: async (page, stage) => {
      await page.goto(`/clients/${await restrictedId(stage)}/restriction`)
    },
  },
  {
    name: 'restricted-records',
    view: 'restricted-records/list',
    role: 'security_officer',
    open: '/restricted-records',
  },
  { name: 'restricted-client', view: 'clients/client', role: 'security_officer', open: toGlass },
  { name: 'break-glass-find', view: 'restricted-records/find', role: 'staff', open: '/break-glass' },
  { name: 'break-glass-problems', view: 'restricted-records/find', role: 'staff', open: sendEmpty('/break-glass') },
  { name: 'search-restricted', view: 'clients/search', role: 'staff', open: search('qqqqqq') },
  { name: 'break-glass', view: 'restricted-records/break', role: 'staff', open: toGlass },
  {
    name: 'broken-glass',
    view: 'emergency-cards/card',
    role: 'staff',
    open: async (page, stage) => {
      await toGlass(page, stage)
      if (page.url().endsWith('/break-glass')) {
        await formOf(page).locator('[name="reason"][value="emergency"]').check()
        await submit(page)
      } else await page.goto(`/clients/${await restrictedId(stage)}/card`)
    },
  },
  { name: 'cases', view: 'restricted-records/cases', role: 'security_officer', open: '/break-glass/cases' },
  { name: 'case', view: 'restricted-records/case', role: 'security_officer', open: openCase },
  {
    name: 'case-problems',
    view: 'restricted-records/case',
    role: 'security_officer',
    open: async (page, stage) => {
      await openCase(page, stage)
      await sendUnchecked(page)
    },
  },
]
