import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { axeFaults } from './axe.ts'

/** No rule broken, nothing that has to be scrolled to sideways. */
export const expectSound = async (page: Page, look = '') => {
  const faults = await axeFaults(page)
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect({ url: page.url(), look, faults, beyond }).toEqual({ url: page.url(), look, faults: [], beyond: 0 })
}

const colorSchemes = ['light', 'dark'] as const
const widths = [1280, 390]

/** The page that is open is sound in light and dark, on a wide screen and on a phone. It is left in the last of these looks. */
export const expectSoundInEachLook = async (page: Page) => {
  for (const width of widths)
    for (const colorScheme of colorSchemes) {
      await page.setViewportSize({ width, height: 844 })
      await page.emulateMedia({ colorScheme })
      await page.waitForFunction(
        ([width, scheme]) => innerWidth === width && matchMedia(`(prefers-color-scheme: ${scheme})`).matches,
        [width, colorScheme] as const,
      )
      await expectSound(page, `${colorScheme}, ${width} px`)
    }
}
