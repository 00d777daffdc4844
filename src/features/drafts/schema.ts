import { z } from 'zod'

export const draftId = z.uuid()
/** A path of ours: no query, no other host. */
export const formAction = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[\w\-./~]*$/)
