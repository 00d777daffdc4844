import path from 'node:path'
import { axeFaults } from '../../test/support/axe.ts'
import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Stage } from './stage.ts'

const sizes = { wide: { width: 1280, height: 800 }, '390': { width: 390, height: 844 } }

/**
 * Opens a page and pictures it light and dark, wide and narrow.
 * @param folder where the pictures go
 * @param page a window of the shot's person
 * @returns what is to mend: another page than the shot says, wider than the window, faults that axe finds
 */
export const picture = async (folder: string, page: Page, shot: Shot, stage: Stage): Promise<string[]> => {
  const { name, view, media = 'screen', screenful = false } = shot
  const faults: string[] = []
  await open(page, shot, stage)
  const shown = stage.lookedAt() ?? page
  if (view !== null) {
    const found = await shown.locator('body').getAttribute('data-page')
    if (found !== view) return [`${name} (${stage.language}) shows ${String(found)}, not ${view}`]
  }

  for (const colorScheme of ['light', 'dark'] as const)
    for (const [size, viewport] of Object.entries(sizes)) {
      const file = `${name}-${colorScheme}-${size}-${stage.language}`
      await shown.emulateMedia({ colorScheme, media, reducedMotion: 'reduce' })
      await shown.setViewportSize(viewport)
      await shown.evaluate(settle)
      await shown.screenshot({ path: path.join(folder, `${file}.png`), fullPage: !screenful })
      const tooWide = await shown.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (tooWide > 0) faults.push(`${file}: ${String(tooWide)} px wider than the window`)
      // Paper is read by nobody's screen reader.
      if (media === 'print') continue
      // Another language moves words, not colours: one look is enough there.
      if (stage.language === 'en' && !(colorScheme === 'light' && size === 'wide')) continue
      for (const fault of await axeFaults(shown)) faults.push(`${file}: ${fault.slice(0, 160)}`)
    }
  return faults
}

const open = async (page: Page, { open: way }: Shot, stage: Stage) => {
  if (typeof way === 'string') await page.goto(way)
  else await way(page, stage)
}

/**
 * The picture is of the page as it settles in its new size, not on the way there: drawn anew, since Chromium leaves what was
 * hidden in the colours of the other scheme, and from its top, where what sticks to the window is at its own place.
 */
const settle = () => {
  const { documentElement } = document
  documentElement.hidden = true
  documentElement.getBoundingClientRect() // lays it out without
  documentElement.hidden = false
  scrollTo(0, 0)
  return new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))
}
