import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** No rule broken, nothing that has to be scrolled to sideways. */
export const expectSound = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect([page.url(), violations.map(fault => `${fault.id}: ${fault.nodes[0]?.html}`)]).toEqual([page.url(), []])
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect([page.url(), beyond]).toEqual([page.url(), 0])
}
