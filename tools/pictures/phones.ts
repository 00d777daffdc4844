import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import { clientPath, follow, submit } from './steps.ts'

/** A client and a contact with numbers that can't be dialled as they were typed. */
const addUndialable = async (page: Page) => {
  await page.goto('/clients/new')
  await page.fill('[name="familyName"]', 'Wójcik')
  await page.locator('[name^="phones"][name$="[number]"]').first().fill('601 234 5678')
  await submit(page)
  await follow(page, clientPath('/contacts/new'))
  await page.fill('[name="name"]', 'Olena Bondar')
  await page.selectOption('[name="relationship"]', 'FRND')
  await page.locator('[name^="phones"][name$="[number]"]').first().fill('050 123 45 67')
  await page.check('[name="mayBeTold"][value="yes"]')
  await submit(page)
}

export const phonePages: Shot[] = [
  { name: 'client-undialable', view: 'clients/client', role: 'staff', open: addUndialable },
  {
    name: 'card-undialable',
    view: 'emergency-cards/card',
    role: 'staff',
    open: async page => {
      await addUndialable(page)
      await follow(page, clientPath('/card'))
    },
  },
]
