import { z } from 'zod'

/** What a page says of itself: its ticket, the how-manieth time it is shown, whether the person did something. */
export const pageReport = z.object({
  _page: z.string(),
  _shown: z.string().regex(/^\d{1,3}$/),
  _active: z.enum(['0', '1']).default('0'),
})
