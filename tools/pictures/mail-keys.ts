import { generateKey } from 'openpgp'
import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Stage } from './stage.ts'

const form = 'form[action="/account/mail-key"]'

const choose = async (page: Page, key: string, password: string) => {
  await page.goto('/account/mail-key')
  await page.fill('[name="key"]', key)
  await page.fill('[name="password"]', password)
  await Promise.all([page.waitForEvent('load'), page.click(`${form} .btn-primary`)])
}

const chooseOwn = async (page: Page, stage: Stage) => {
  const { publicKey } = await generateKey({ userIDs: [{ email: 'reader@example.org' }], format: 'armored' })
  await choose(page, publicKey, stage.account('staff')?.password ?? '')
}

/** What letters are encrypted to. */
export const mailKeys: Shot[] = [
  { name: 'mail-key-empty', view: 'mail-keys/mail-key', role: 'staff', open: '/account/mail-key' },
  {
    name: 'mail-key-problems',
    view: 'mail-keys/mail-key',
    role: 'staff',
    open: page => choose(page, 'Zażółć gęślą jaźń', ''),
  },
  { name: 'mail-key', view: 'mail-keys/mail-key', role: 'staff', open: chooseOwn },
  {
    name: 'account-mail-key',
    view: 'account-page/account',
    role: 'staff',
    open: async (page, stage) => {
      await chooseOwn(page, stage)
      await page.goto('/account')
    },
  },
]
