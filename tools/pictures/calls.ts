import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import { clientPath, follow, fromClient, openClient, sendEmpty, submit } from './steps.ts'

const openCard = async (page: Page) => {
  await openClient(page)
  await follow(page, clientPath('/card'))
}
const openSheet = async (page: Page) => {
  await openCard(page)
  await follow(page, clientPath('/sheet'))
}
const aGroup = new RegExp(clientPath().source.replace('clients', 'groups'))

/** Whom to call: the card, what came of calls, sheets, groups, contacts to be confirmed. */
export const callPages: Shot[] = [
  {
    name: 'contact-history',
    view: 'emergency-contacts/history',
    role: 'staff',
    open: fromClient('/contact-history'),
  },
  { name: 'client-calls', view: 'emergency-cards/calls', role: 'staff', open: fromClient('/calls') },
  { name: 'card', view: 'emergency-cards/card', role: 'staff', open: openCard },
  {
    name: 'card-problem',
    view: 'emergency-cards/card',
    role: 'staff',
    open: async page => {
      await openCard(page)
      const form = page.locator('[data-call-outcome] form').first()
      await form.locator('[name="number"]').evaluateAll((fields: HTMLInputElement[]) => {
        for (const field of fields) field.value = '0'
      })
      await form.locator('button').first().click()
      await page.locator('.error-summary').waitFor()
    },
  },
  {
    name: 'sheet',
    view: 'emergency-sheets/sheets',
    role: 'staff',
    open: openSheet,
  },
  {
    name: 'sheet-caller',
    view: 'emergency-sheets/sheets',
    role: 'staff',
    open: async page => {
      await openSheet(page)
      await page.locator('.filter a[href$="for=caller"]').click()
    },
  },
  {
    name: 'sheet-printed',
    view: 'emergency-sheets/sheets',
    role: 'staff',
    media: 'print',
    open: openSheet,
  },
  {
    name: 'sheet-pdf',
    view: 'sealed-file/form',
    role: 'staff',
    open: async page => {
      await openSheet(page)
      await follow(page, clientPath('/sheet.pdf'))
    },
  },
  {
    name: 'sheet-pdf-problems',
    view: 'sealed-file/form',
    role: 'staff',
    open: async page => {
      await openSheet(page)
      await follow(page, clientPath('/sheet.pdf'))
      await page.locator('[name="passphrase"]').fill('Kowalski1!')
      await submit(page)
    },
  },
  { name: 'groups', view: 'groups/list', role: 'staff', open: '/groups' },
  { name: 'groups-problems', view: 'groups/list', role: 'staff', open: sendEmpty('/groups') },
  { name: 'groups-empty', view: 'groups/list', role: 'beginner', open: '/groups' },
  {
    name: 'group',
    view: 'groups/group',
    role: 'staff',
    open: async page => {
      await page.goto('/groups')
      await follow(page, aGroup)
    },
  },
  { name: 'contacts-to-confirm', view: 'emergency-contacts/to-confirm', role: 'staff', open: '/contacts-to-confirm' },
  {
    name: 'contacts-to-confirm-wrong',
    view: 'emergency-contacts/to-confirm',
    role: 'staff',
    open: async page => {
      await page.goto('/contacts-to-confirm')
      await page.locator('[data-confirm] summary').first().click()
    },
  },
  {
    name: 'contacts-to-confirm-none',
    view: 'emergency-contacts/to-confirm',
    role: 'beginner',
    open: '/contacts-to-confirm',
  },
]
