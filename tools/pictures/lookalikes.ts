import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Stage } from './stage.ts'
import { clientPath, follow, submit } from './steps.ts'

const birthDate = '14.11.1953'

const fillIn = async (page: Page, givenNames: string) => {
  await page.fill('[name="givenNames"]', givenNames)
  await page.fill('[name="familyName"]', 'Lisowska')
  await page.fill('[name="birthDate"]', birthDate)
}
const addClient = async (page: Page, givenNames: string) => {
  await page.goto('/clients/new')
  await fillIn(page, givenNames)
  await submit(page)
}
/** Somebody who is recorded before any of these pictures is taken. */
const recorded = (page: Page, { once }: Stage) =>
  once('look-alikes: recorded', async () => {
    await addClient(page, 'Halina')
    return page.url()
  })

/** What Google's address book makes of somebody who is recorded, and of a number that is somebody else's. */
const sheet = [
  'File number,First Name,Last Name,Birthday,Phone 1 - Label,Phone 1 - Value,Address 1 - Street,Address 2 - Street,Address 2 - City,Notes',
  ',Halina,Lisowska,1953-11-14,Mobile ::: Sąsiadka,601 202 303 ::: 22 621 12 34,Polna 3,Leśna 5,Toruń,Pies',
  '000001,Hubert,Zagajnik,1988-09-09,Work,601 303 404,Lipowa 4,,,',
].join('\n')
const upload = async (page: Page) => {
  await page.goto('/imports')
  await page.setInputFiles('[name="file"]', { name: 'contacts.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
  await submit(page)
}

/** The question whether somebody is recorded already, wherever it is asked. */
export const lookalikePages: Shot[] = [
  {
    name: 'client-twins',
    view: 'clients/new',
    role: 'staff',
    open: async (page, stage) => {
      await recorded(page, stage)
      await addClient(page, 'Halina')
    },
  },
  {
    name: 'client-edit-twins',
    view: 'clients/edit',
    role: 'staff',
    open: async (page, stage) => {
      await recorded(page, stage)
      await addClient(page, 'Alina')
      await follow(page, clientPath('/edit'))
      await fillIn(page, 'Halina')
      await submit(page)
    },
  },
  {
    name: 'import-columns-google',
    view: 'imports/columns',
    role: 'staff',
    open: async (page, stage) => {
      await recorded(page, stage)
      await upload(page)
    },
  },
  {
    name: 'import-undecided',
    view: 'imports/rows',
    role: 'staff',
    open: async (page, stage) => {
      await recorded(page, stage)
      await upload(page)
      await submit(page)
      await follow(page, /\/rows\?show=undecided/)
    },
  },
]
