import type { Page } from 'playwright-core'
import type { Stage } from './stage.ts'

/**
 * Whose browser it is: nobody's, that of somebody of the demonstration, that of the only person of an organisation that
 * has nothing yet (`beginner`), or a new one for this picture alone, signed in to nothing (`newcomer`).
 */
export type Role = (typeof roles)[number]

/** In this order; what an earlier picture leaves behind, a later one may show. */
export const roles = [
  'nobody',
  'staff',
  'security_officer',
  'administrator',
  'operator',
  'beginner',
  'newcomer',
] as const

/** An address, or the clicks that lead to the page; `stage.lookAt` where they end in another window than the given one. */
type Way = string | ((page: Page, stage: Stage) => Promise<unknown>)

/**
 * A page worth a picture. `view` is the file under views/ that shows it (the tool looks whether it does), null for what is
 * no page of the server's. `media: 'print'` pictures it as printed, `screenful` only what the window shows.
 */
export type Shot = { name: string; view: string | null; role: Role; open: Way; media?: 'print'; screenful?: true }
