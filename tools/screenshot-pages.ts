import { atTheDoor, passwordLinks } from './pictures/doors.ts'
import { attachmentPages } from './pictures/attachments.ts'
import { callPages } from './pictures/calls.ts'
import { clientChanges, drafts } from './pictures/clients.ts'
import { deskPages } from './pictures/desk.ts'
import { exportKeyPages, exportPages, exportedFile } from './pictures/exports.ts'
import { importPages } from './pictures/imports.ts'
import { accountPages, erasurePages, settingsPages } from './pictures/administration.ts'
import { messagePages } from './pictures/messages.ts'
import { letters, unsentLetters } from './pictures/letters.ts'
import { mailKeys } from './pictures/mail-keys.ts'
import { logPages } from './pictures/log.ts'
import { phonePages } from './pictures/phones.ts'
import { readinessPages } from './pictures/readiness.ts'
import { restrictedPages } from './pictures/restricted.ts'
import { sessionEnds } from './pictures/sessions.ts'
import type { Shot } from './pictures/shot.ts'
import { clientPath, follow, fromClient, openClient, search, sendEmpty } from './pictures/steps.ts'
import { tenantPages } from './pictures/tenants.ts'
import { troubles } from './pictures/troubles.ts'

/** Every page worth a picture. A test compares them with the views there are: a new page brings its entry along. */
export const shots: Shot[] = [
  ...atTheDoor,
  ...restrictedPages,
  { name: 'start', view: 'start-page/start-page', role: 'staff', open: '/' },
  {
    name: 'account-menu',
    view: 'clients/list',
    role: 'staff',
    open: async page => {
      await page.goto('/clients')
      await page.locator('.menu-account > summary').click()
    },
  },
  {
    name: 'navigation-menu',
    view: 'clients/list',
    role: 'staff',
    open: async page => {
      await page.goto('/clients')
      await page.locator('.menu-narrow').evaluate(menu => menu.setAttribute('open', ''))
    },
  },
  {
    name: 'shortcuts',
    view: 'clients/list',
    role: 'staff',
    screenful: true,
    open: async page => {
      await page.goto('/clients')
      await page.keyboard.press('?')
      await page.locator('dialog[data-shortcuts]').waitFor()
    },
  },
  { name: 'account', view: 'account-page/account', role: 'staff', open: '/account' },
  ...mailKeys,
  { name: 'account-password', view: 'account-page/password', role: 'staff', open: '/account/password' },
  {
    name: 'account-password-problems',
    view: 'account-page/password',
    role: 'staff',
    open: sendEmpty('/account/password'),
  },
  { name: 'not-found', view: 'errors/not-found', role: 'staff', open: '/nothing-here' },
  { name: 'forbidden', view: 'errors/forbidden', role: 'staff', open: '/exports' },
  { name: 'clients', view: 'clients/list', role: 'staff', open: '/clients' },
  { name: 'clients-letter', view: 'clients/letter', role: 'staff', open: '/clients/letter/w' },
  { name: 'clients-letter-nobody', view: 'clients/letter', role: 'staff', open: '/clients/letter/q' },
  { name: 'search', view: 'clients/search', role: 'staff', open: search('wi') },
  { name: 'search-alike', view: 'clients/search', role: 'staff', open: search('wisneiwska') },
  { name: 'search-nobody', view: 'clients/search', role: 'staff', open: search('qqqqqq') },
  { name: 'search-problem', view: 'clients/search', role: 'staff', open: search('…') },
  {
    name: 'search-gone',
    view: 'clients/search-gone',
    role: 'staff',
    open: '/searches/AAAAAAAAAAAAAAAAAAAAAA',
  },
  { name: 'client', view: 'clients/client', role: 'staff', open: openClient },
  { name: 'client-new', view: 'clients/new', role: 'staff', open: '/clients/new' },
  { name: 'client-problems', view: 'clients/new', role: 'staff', open: sendEmpty('/clients/new') },
  { name: 'client-edit', view: 'clients/edit', role: 'staff', open: fromClient('/edit') },
  { name: 'client-print', view: 'clients/print', role: 'staff', open: fromClient('/print') },
  { name: 'client-printed', view: 'clients/print', role: 'staff', media: 'print', open: fromClient('/print') },
  { name: 'contact-new', view: 'emergency-contacts/form', role: 'staff', open: fromClient('/contacts/new') },
  {
    name: 'contact-problems',
    view: 'emergency-contacts/form',
    role: 'staff',
    open: async page => {
      await openClient(page)
      await sendEmpty(`${page.url()}/contacts/new`)(page)
    },
  },
  {
    name: 'contact-edit',
    view: 'emergency-contacts/form',
    role: 'staff',
    open: async page => {
      await openClient(page)
      await follow(page, clientPath('/contacts/:id/edit'))
    },
  },
  ...callPages,
  ...phonePages,
  ...clientChanges,
  { name: 'imports', view: 'imports/list', role: 'staff', open: '/imports' },
  ...importPages,
  {
    name: 'clients-next',
    view: 'clients/list',
    role: 'staff',
    open: async page => {
      await page.goto('/clients')
      await follow(page, /^\/clients\?after=/)
    },
  },
  ...messagePages,
  ...attachmentPages,
  ...drafts,
  { name: 'start-later', view: 'start-page/start-page', role: 'staff', open: '/' },
  { name: 'start-officer', view: 'start-page/start-page', role: 'security_officer', open: '/' },
  { name: 'client-officer', view: 'clients/client', role: 'security_officer', open: openClient },
  ...exportPages,
  ...exportKeyPages,
  ...exportedFile,
  ...readinessPages,
  ...logPages,
  { name: 'start-administrator', view: 'start-page/start-page', role: 'administrator', open: '/' },
  ...accountPages,
  ...settingsPages,
  ...erasurePages,
  ...deskPages,
  ...unsentLetters,
  ...letters,
  ...tenantPages,
  { name: 'start-empty', view: 'start-page/start-page', role: 'beginner', open: '/' },
  { name: 'clients-empty', view: 'clients/list', role: 'beginner', open: '/clients' },
  { name: 'clients-archived-empty', view: 'clients/list', role: 'beginner', open: '/clients?status=archived' },
  { name: 'imports-empty', view: 'imports/list', role: 'beginner', open: '/imports' },
  { name: 'exports-empty', view: 'exports/list', role: 'beginner', open: '/exports' },
  { name: 'erasures-empty', view: 'erasure/list', role: 'beginner', open: '/erasures' },
  { name: 'drafts-empty', view: 'drafts/drafts', role: 'beginner', open: '/drafts' },
  { name: 'notices-empty', view: 'notices/notices', role: 'beginner', open: '/notices' },
  { name: 'accounts-empty', view: 'accounts/list', role: 'beginner', open: '/accounts?status=deactivated' },
  ...passwordLinks,
  ...sessionEnds,
  ...troubles,
]
