import type { Page } from 'playwright-core'
import { createSomebody } from './administration.ts'
import type { Shot } from './shot.ts'
import { formOf, submit } from './steps.ts'

const put = (name: string, value: string) => ({ name, value })
const addField = (form: HTMLFormElement | SVGElement | HTMLElement, { name, value }: ReturnType<typeof put>) => {
  const field = Object.assign(document.createElement('input'), { type: 'hidden', name, value })
  form.append(field)
}

/** A new client's form, sent with one more field than it has. */
const sendWith =
  (name: string, value: string): Exclude<Shot['open'], string> =>
  async page => {
    await page.goto('/clients/new')
    await formOf(page).evaluate(addField, put(name, value))
    await submit(page)
  }

/** A form that was open since a session before this one. */
const sendFromBefore = (address: string, field: string) => async (page: Page) => {
  await page.goto(address)
  await formOf(page).locator(`[name="${field}"]`).fill('Anna')
  await formOf(page)
    .locator('[name="_csrf"]')
    .evaluate(token => token.setAttribute('value', 'of another session'))
  await submit(page)
}

/** What is shown when something is wrong with a request, or with the server. */
export const troubles: Shot[] = [
  { name: 'bad-request', view: 'errors/bad-request', role: 'beginner', open: sendWith('constructor', 'x') },
  { name: 'too-large', view: 'errors/too-large', role: 'beginner', open: sendWith('notes', 'x'.repeat(600_000)) },
  { name: 'expired', view: 'errors/expired', role: 'beginner', open: sendFromBefore('/erasures', 'fileNumber') },
  { name: 'expired-kept', view: 'clients/new', role: 'beginner', open: sendFromBefore('/clients/new', 'givenNames') },
  {
    name: 'full',
    view: 'errors/full',
    role: 'administrator',
    open: async (page, stage) => {
      await stage.sql('update tenants set most_accounts = 1 where id = $1')
      await createSomebody(page, stage).finally(() =>
        stage.sql('update tenants set most_accounts = null where id = $1'),
      )
    },
  },
  {
    name: 'unexpected',
    view: 'errors/unexpected',
    role: 'beginner',
    open: async (page, stage) => {
      await stage.sql('revoke select on imports from ostoja_app')
      await page.goto('/imports').finally(() => stage.sql('grant select on imports to ostoja_app'))
    },
  },
]
