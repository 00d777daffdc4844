// Pictures of every page in both languages, light and dark, wide and narrow, each looked at with axe on the way. It starts an
// Ostoja of its own, with an empty data folder, and takes it away again. Usage: npm run screenshots [name …]
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../test/support/browser.ts'
import { startMailServer } from '../test/support/mail-server.ts'
import { startProduct } from '../test/support/product.ts'
import { shots } from './screenshot-pages.ts'
import { picture } from './pictures/picture.ts'
import { roles, type Role, type Shot } from './pictures/shot.ts'
import { createStage, type Stage } from './pictures/stage.ts'
import { settle, signIn, signOut } from './pictures/steps.ts'

const folder = path.resolve(import.meta.dirname, '../screenshots')
const faults: string[] = []
const wanted = process.argv.slice(2)
const wantedShots = shots.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const unknown = wanted.filter(name => !shots.some(shot => shot.name === name))
if (unknown.length > 0)
  throw new Error(`No picture is called ${unknown.join(' or ')}; tools/screenshot-pages.ts names them.`)

const firstLine = (fault: unknown) => (fault as Error).message.split('\n')[0] ?? ''

/** What a page says on its console is a fault, but for the answers that are asked for here. */
const listen = (page: Page) => {
  page.on('pageerror', fault => faults.push(`${page.url()}: ${fault.message}`))
  page.on('console', message => {
    if (message.type() === 'error' && !/status of [45]\d\d/.test(message.text()))
      faults.push(`${page.url()}: ${message.text()}`)
  })
}

const enter = async (page: Page, role: Role, stage: Stage) => {
  if (role === 'nobody' || role === 'newcomer') return
  if (role === 'beginner') return settle(page, await stage.newAccount(['staff', 'administrator', 'security_officer']))
  if (role === 'operator') return settle(page, await stage.newAccount(['operator']))
  const account = stage.account(role)
  if (!account) throw new Error(`The demonstration has nobody with the role ${role}`)
  await signIn(page, account)
}

const take = async (page: Page, shot: Shot, stage: Stage) => {
  const why = `${shot.name} (${stage.language}) could not be pictured`
  faults.push(...(await picture(folder, page, shot, stage).catch((fault: unknown) => [`${why}: ${firstLine(fault)}`])))
}

/** One person's pictures, in one window; of newcomers each has a window of its own. */
const visit = async (role: Role, own: Shot[], stage: Stage) => {
  const page = await stage.newWindow()
  await enter(page, role, stage)
  for (const shot of own) {
    await take(role === 'newcomer' ? await stage.newWindow() : page, shot, stage)
    await stage.closeWindows(page)
  }
  if (role !== 'nobody' && role !== 'newcomer') await signOut(page)
  await stage.closeWindows()
}

await mkdir(folder, { recursive: true })
const mail = await startMailServer()
const { PUBLIC_URL: _, ...mailSettings } = mail.settings // links lead to the product that is started here
const product = await startProduct(mailSettings)
const browser = await launchBrowser()
try {
  for (const language of ['pl', 'en'] as const) {
    const stage = await createStage({ product, mail, browser, language, listen })
    for (const role of roles) {
      const own = wantedShots.filter(shot => shot.role === role)
      const broken = (fault: unknown) => faults.push(`as ${role} (${language}): ${firstLine(fault)}`)
      if (own.length > 0) await visit(role, own, stage).catch(broken)
    }
    await stage.close()
  }
} finally {
  await browser.close()
  await product.stop()
  await product.remove()
  await mail.close()
}
for (const fault of faults) console.error(fault)
console.log(`${folder}: ${faults.length === 0 ? 'nothing to mend' : `${String(faults.length)} things to mend`}`)
process.exitCode = faults.length === 0 ? 0 : 1
