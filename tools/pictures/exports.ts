import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Stage } from './stage.ts'
import { openConfirm, sendEmpty, submit } from './steps.ts'

const ask = async (page: Page): Promise<string> => {
  await page.goto('/exports/new')
  const passphrase = (await page.locator('#suggested').innerText()).trim()
  await page.fill('[name=passphrase]', passphrase)
  await page.fill('[name=repeated]', passphrase)
  await submit(page)
  return passphrase
}
const download = (page: Page) => page.locator('main a[href$="/file"]')

/** A finished export: its page, its passphrase and the file. */
const finished = (page: Page, stage: Stage) =>
  stage.once('export', async () => {
    await page.goto('/exports')
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    const passphrase = await ask(page)
    await download(page).waitFor({ timeout: 60_000 })
    const [got] = await Promise.all([page.waitForEvent('download'), download(page).click()])
    const file = path.join(stage.folder, got.suggestedFilename())
    await got.saveAs(file)
    return { address: new URL(page.url()).pathname, passphrase, file }
  })

/** An export as it is when its time is over, or when it could not be made. */
const withStatus = (status: 'expired' | 'failed') => async (page: Page, stage: Stage) => {
  const { address } = await finished(page, stage)
  const id = address.split('/').at(-1)!
  await stage.sql(`update exports set status = '${status}' where tenant_id = $1 and id = '${id}'`)
  await page.goto(address)
}

export const exportPages: Shot[] = [
  { name: 'export-new', view: 'exports/new', role: 'security_officer', open: '/exports/new' },
  { name: 'export-problems', view: 'exports/new', role: 'security_officer', open: sendEmpty('/exports/new') },
  {
    name: 'export-waiting',
    view: 'exports/export',
    role: 'security_officer',
    open: async page => {
      // Nobody answers how far it is, so that the page stands still for its pictures.
      await page.route('**/progress', () => undefined)
      await ask(page)
      await page.locator('[data-progress]').waitFor()
    },
  },
  {
    name: 'export-ready',
    view: 'exports/export',
    role: 'security_officer',
    open: async (page, stage) => {
      await page.goto((await finished(page, stage)).address)
    },
  },
  { name: 'exports', view: 'exports/list', role: 'security_officer', open: '/exports' },
]

const addKey = async (page: Page, publicKey: string) => {
  await page.goto('/exports/keys')
  await page.fill('[name="name"]', 'age 2026')
  await page.fill('[name="publicKey"]', publicKey)
  await submit(page)
}

/** Public keys that exports are made for. */
export const exportKeyPages: Shot[] = [
  { name: 'export-keys-empty', view: 'officer-keys/keys', role: 'security_officer', open: '/exports/keys' },
  {
    name: 'export-keys-problems',
    view: 'officer-keys/keys',
    role: 'security_officer',
    open: page => addKey(page, 'age1 is no key'),
  },
  {
    name: 'export-keys',
    view: 'officer-keys/keys',
    role: 'security_officer',
    open: async page => addKey(page, await identityToRecipient(await generateIdentity())),
  },
  {
    name: 'export-key-retire',
    view: 'officer-keys/keys',
    role: 'security_officer',
    open: async page => {
      await page.goto('/exports/keys')
      await openConfirm(page, '/retire')
    },
  },
]

/** The file, opened from the disk by somebody who has no network. */
const openFile = async (page: Page, stage: Stage) => {
  const { file, passphrase } = await finished(page, stage)
  const reader = await stage.newWindow({ offline: true })
  stage.lookAt(reader)
  await reader.goto(pathToFileURL(file).href)
  await reader.locator('#passphrase').waitFor()
  return { reader, passphrase }
}
const unlock = async (page: Page, stage: Stage) => {
  const { reader, passphrase } = await openFile(page, stage)
  await reader.fill('#passphrase', passphrase)
  await reader.keyboard.press('Enter')
  await reader.locator('.results').waitFor({ timeout: 60_000 })
  return reader
}

export const exportedFile: Shot[] = [
  {
    name: 'file-locked',
    view: null,
    role: 'security_officer',
    open: openFile,
  },
  {
    name: 'file-wrong-passphrase',
    view: null,
    role: 'security_officer',
    open: async (page, stage) => {
      const { reader } = await openFile(page, stage)
      await reader.fill('#passphrase', 'not the passphrase')
      await reader.keyboard.press('Enter')
      await reader.locator('[data-problem]').waitFor({ timeout: 60_000 })
    },
  },
  { name: 'file-people', view: null, role: 'security_officer', open: unlock },
  {
    name: 'file-person',
    view: null,
    role: 'security_officer',
    open: async (page, stage) => {
      const reader = await unlock(page, stage)
      for (const person of await reader.locator('.results button').all()) {
        await person.click()
        if (await reader.locator('.contact').count()) break
      }
    },
  },
  { name: 'export-failed', view: 'exports/export', role: 'security_officer', open: withStatus('failed') },
  { name: 'export-gone', view: 'exports/export', role: 'security_officer', open: withStatus('expired') },
]
