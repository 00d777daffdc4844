import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Language, Stage } from './stage.ts'
import { clientPath, confirm, follow, formOf, fromClient, openClient, openConfirm, submit } from './steps.ts'

const remarks: Record<Language, string[]> = {
  pl: ['Woli, gdy mówi się do niej powoli.', 'Klucz do mieszkania ma dozorczyni.'],
  en: ['Likes to be spoken to slowly.', 'The caretaker has a key to the flat.'],
}

const write = async (page: Page, text: string) => {
  const notes = formOf(page).locator('[name="notes"]')
  if (!(await notes.isVisible())) await page.locator('details.fold:has([name="notes"]) > summary').click()
  await notes.fill(text)
}

/** A client whose record somebody else has changed since its form was opened. */
const meetAnotherChange = async (page: Page, { language }: Stage) => {
  await fromClient('/edit')(page)
  const other = await page.context().newPage()
  await other.goto(page.url())
  await write(other, `${remarks[language][0]!} (${String(Date.now() % 100)})`)
  await submit(other)
  await other.close()
  await write(page, remarks[language][1]!)
  await submit(page)
}

const archiveSomebody = async (page: Page) => {
  await page.goto('/clients')
  await page.locator('tbody a.open').nth(3).click()
  await page.waitForURL(clientUrl)
  await confirm(page, '/archive')
}
const clientUrl = /\/clients\/[\w-]{36}$/

/** What becomes of a record: changed by two at once, its history, archived. */
export const clientChanges: Shot[] = [
  { name: 'client-changed-meanwhile', view: 'clients/edit', role: 'staff', open: meetAnotherChange },
  {
    name: 'client-saved',
    view: 'clients/client',
    role: 'staff',
    open: async (page, { language }) => {
      await fromClient('/edit')(page)
      await write(page, remarks[language].join(' '))
      await submit(page)
    },
  },
  { name: 'client-history', view: 'clients/history', role: 'staff', open: fromClient('/history') },
  {
    name: 'contact-remove',
    view: 'emergency-contacts/form',
    role: 'staff',
    open: async page => {
      await openClient(page)
      await follow(page, clientPath('/contacts/:id/edit'))
      await openConfirm(page, '/remove')
    },
  },
  {
    name: 'client-archive',
    view: 'clients/client',
    role: 'staff',
    open: async page => {
      await openClient(page)
      await openConfirm(page, '/archive')
    },
  },
  {
    name: 'client-archived',
    view: 'clients/client',
    role: 'staff',
    open: async page => {
      await archiveSomebody(page)
    },
  },
  { name: 'clients-archived', view: 'clients/list', role: 'staff', open: '/clients?status=archived' },
  {
    name: 'conflict',
    view: 'errors/conflict',
    role: 'staff',
    open: async page => {
      await page.goto('/clients?status=archived')
      await follow(page, clientPath())
      await page.goto(`${page.url()}/contacts/new`)
    },
  },
]

const typeSomething = async (page: Page, { language }: Stage) => {
  await page.goto('/clients/new')
  const kept = page.waitForResponse(answer => answer.url().endsWith('/drafts') && answer.status() === 204)
  await page.locator('#givenNames').fill(language === 'pl' ? 'Zdzisława' : 'Winifred')
  await write(page, remarks[language][0]!)
  await kept
}

/** What was typed and not saved. */
export const drafts: Shot[] = [
  {
    name: 'draft-offered',
    view: 'clients/new',
    role: 'staff',
    open: async (page, stage) => {
      await typeSomething(page, stage)
      await page.goto('/clients/new')
    },
  },
  { name: 'drafts', view: 'drafts/drafts', role: 'staff', open: '/drafts' },
  {
    name: 'draft',
    view: 'drafts/draft',
    role: 'staff',
    open: async page => {
      await page.goto('/drafts')
      await follow(page, /^\/drafts\/[\w-]{36}$/)
    },
  },
]
