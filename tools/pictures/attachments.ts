import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Language, Stage } from './stage.ts'
import { submit } from './steps.ts'

type File = { name: string; mimeType: string; buffer: Buffer }
const names: Record<
  Language,
  { photo: string; plan: string; form: string; page: string; empty: string; about: string }
> = {
  pl: {
    photo: 'Tablica w dyżurce.png',
    plan: 'Grafik nocnych dyżurów, listopad i grudzień, wersja po zmianach z zebrania (ostateczna).docx',
    form: 'zdjęcie z monitoringu.jpg',
    page: 'instalator.exe',
    empty: 'notatka.txt',
    about: 'Grafik i tablica',
  },
  en: {
    photo: 'Board in the office.png',
    plan: 'Rota of night shifts, November and December, as changed after the meeting (final version).docx',
    form: 'camera picture.jpg',
    page: 'installer.exe',
    empty: 'note.txt',
    about: 'The rota and the board',
  },
}
const text = (name: string, content = 'words '): File => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content.repeat(content ? 20_000 : 0)),
})

const begin = async (page: Page, { language }: Stage) => {
  await page.goto('/messages')
  const photo = await page.screenshot()
  await page.goto('/messages/new')
  await page.locator('[name="to[]"]').first().check()
  await page.locator('#subject').fill(names[language].about)
  return photo
}

const choose = async (page: Page, files: File[]) => {
  const before = await page.locator('[data-take-out]').count()
  await page.setInputFiles('#files', files)
  const expected = files.filter(({ buffer }) => buffer.length > 0).length
  await page
    .locator('[data-take-out]')
    .nth(before + expected - 1)
    .waitFor()
}

const chosen = async (page: Page, stage: Stage) => {
  const { photo, plan, form, page: program } = names[stage.language]
  const picture = await begin(page, stage)
  await choose(page, [{ name: photo, mimeType: 'image/png', buffer: picture }, text(plan), text(form), text(program)])
}

/** Files of messages: on their way, refused, and beside the message they came with. */
export const attachmentPages: Shot[] = [
  { name: 'attachments-chosen', view: 'messages/new', role: 'staff', open: chosen },
  {
    name: 'attachments-problem',
    view: 'messages/new',
    role: 'staff',
    open: async (page, stage) => {
      await begin(page, stage)
      await page.setInputFiles('#files', [text(names[stage.language].empty, '')])
      await page.locator('#files-problem').waitFor()
    },
  },
  {
    name: 'attachments-sent',
    view: 'messages/thread',
    role: 'staff',
    open: async (page, stage) => {
      await chosen(page, stage)
      await page.locator('#text').fill(names[stage.language].about)
      await submit(page)
    },
  },
  {
    name: 'attachment-saving',
    view: 'attachments/saving',
    role: 'staff',
    open: async (page, stage) => {
      await chosen(page, stage)
      await page.goto((await page.locator('.attachment-tray a[href$="/download"]').first().getAttribute('href')) ?? '/')
    },
  },
  {
    name: 'attachment-saving-problem',
    view: 'attachments/saving',
    role: 'staff',
    open: async (page, stage) => {
      await chosen(page, stage)
      await page.goto((await page.locator('.attachment-tray a[href$="/download"]').first().getAttribute('href')) ?? '/')
      await submit(page)
    },
  },
  {
    name: 'attachment-damaged',
    view: 'attachments/damaged',
    role: 'staff',
    open: async (page, stage) => {
      const buffer = await begin(page, stage)
      await choose(page, [{ name: names[stage.language].photo, mimeType: 'image/png', buffer }])
      await stage.sql(
        'delete from attachment_chunks where tenant_id = $1 and attachment_id in (select id from attachments where message_id is null)',
      )
      const address = await page.locator('.attachment-tray a').first().getAttribute('href')
      await page.goto(address ?? '/')
    },
  },
]
