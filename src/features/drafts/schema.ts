import { z } from 'zod'
import { uuidField } from '../../platform/web/ids.ts'

export const draftId = uuidField()
/** A path of ours: no query, no other host. */
export const formAction = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[\w\-./~]*$/)
