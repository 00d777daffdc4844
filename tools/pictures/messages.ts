import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Language, Stage } from './stage.ts'
import { follow, fromClient, openClient, sendEmpty, submit } from './steps.ts'

const threadPath = /^\/messages\/[0-9a-f]{8}-[0-9a-f-]{27}$/
const wet: Record<Language, { subject: string; text: string; word: string }> = {
  pl: { subject: 'Cieknie w kotłowni', text: 'Zakręciłam wodę. Proszę o telefon do hydraulika.', word: 'córk' },
  en: {
    subject: 'Water in the boiler room',
    text: 'I have turned the water off. Please call the plumber.',
    word: 'daught',
  },
}

const openThread = async (page: Page) => {
  await page.goto('/messages')
  await follow(page, threadPath)
}

const openWhomToCall = async (page: Page) => {
  await page.goto('/messages')
  await Promise.all([page.waitForEvent('load'), page.locator('.message-rows a:has(.message-client)').first().click()])
  await page.locator('.message-whom > summary').click()
}

const writeUrgent = async (page: Page, { language }: Stage) => {
  await page.goto('/messages/new')
  await page.locator('[name="to[]"][value="role:security_officer"]').check()
  await page.locator('#subject').fill(wet[language].subject)
  await page.locator('#text').fill(wet[language].text)
  await page.locator('#urgent').check()
  await submit(page)
}

const searchMessages =
  (word: (language: Language) => string) =>
  async (page: Page, { language }: Stage) => {
    await page.goto('/messages')
    await page.locator('.message-search #query').fill(word(language))
    await Promise.all([page.waitForEvent('load'), page.locator('.message-search button').click()])
  }

/** What people write to each other; the officer's come after the urgent one of staff. */
export const messagePages: Shot[] = [
  { name: 'messages', view: 'messages/inbox', role: 'staff', open: '/messages' },
  { name: 'message-thread', view: 'messages/thread', role: 'staff', open: openThread },
  { name: 'message-whom-to-call', view: 'messages/thread', role: 'staff', open: openWhomToCall },
  { name: 'message-new', view: 'messages/new', role: 'staff', open: '/messages/new' },
  { name: 'message-problems', view: 'messages/new', role: 'staff', open: sendEmpty('/messages/new') },
  { name: 'messages-of-client', view: 'messages/of-client', role: 'staff', open: fromClient('/messages') },
  {
    name: 'message-about-client',
    view: 'messages/new',
    role: 'staff',
    open: async page => {
      await openClient(page)
      await page.goto(`${page.url()}/messages/new`)
    },
  },
  {
    name: 'message-people',
    view: 'messages/people',
    role: 'staff',
    open: async page => {
      await openThread(page)
      await page.goto(`${page.url()}/people`)
    },
  },
  {
    name: 'messages-search',
    view: 'messages/search',
    role: 'staff',
    open: searchMessages(language => wet[language].word),
  },
  { name: 'messages-search-nothing', view: 'messages/search', role: 'staff', open: searchMessages(() => 'qqqq') },
  {
    name: 'messages-search-gone',
    view: 'messages/search-gone',
    role: 'staff',
    open: '/messages/searches/AAAAAAAAAAAAAAAAAAAAAA',
  },
  { name: 'message-sent', view: 'messages/thread', role: 'staff', open: writeUrgent },
  { name: 'messages-archived', view: 'messages/inbox', role: 'staff', open: '/messages?show=archived' },
  { name: 'messages-urgent', view: 'start-page/start-page', role: 'security_officer', open: '/' },
  { name: 'messages-officer', view: 'messages/inbox', role: 'security_officer', open: '/messages' },
  { name: 'message-urgent', view: 'messages/thread', role: 'security_officer', open: openThread },
  {
    name: 'message-acknowledged',
    view: 'messages/thread',
    role: 'security_officer',
    open: async page => {
      await openThread(page)
      await Promise.all([page.waitForEvent('load'), page.locator('#acknowledge button').click()])
    },
  },
  { name: 'messages-empty', view: 'messages/inbox', role: 'beginner', open: '/messages' },
  { name: 'message-nobody', view: 'messages/new', role: 'beginner', open: '/messages/new' },
]
