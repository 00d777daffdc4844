import { z } from 'zod'

/**
 * What a page says of itself: its ticket, how often it has been shown, whether the person did something, whether it is visible,
 * and whether it is only about to be left.
 */
export const pageReport = z.object({
  _page: z.string(),
  _shown: z.string().regex(/^\d{1,3}$/),
  _active: z.enum(['0', '1']).default('0'),
  _visible: z.enum(['0', '1']).default('1'),
  _leaving: z.enum(['0', '1']).default('0'),
})
