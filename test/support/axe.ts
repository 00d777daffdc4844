import axe from 'axe-core'
import type { Page } from 'playwright-core'

/**
 * Runs axe in the page. @axe-core/playwright would also collect what is right and open a blank page each time, which
 * takes five times as long.
 * @returns the rules that are broken, each with the first element that breaks it
 */
export const axeFaults = async (page: Page): Promise<string[]> => {
  await page.evaluate(finishTransitions)
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document, {
      resultTypes: ['violations'],
      // Off unless asked for, as all of WCAG 2.2.
      rules: { 'target-size': { enabled: true } },
    })
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
}

/** Colours half-way between two looks are nobody's fault. Runs in the page. */
const finishTransitions = () => {
  for (const animation of document.getAnimations())
    if (Number.isFinite(animation.effect?.getComputedTiming().endTime)) animation.finish()
}
