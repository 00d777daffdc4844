import { z } from 'zod'
import { uuidField } from '../../platform/web/ids.ts'

const uuid = uuidField()

/** Of a form that files go with; an unreadable id is as none. */
export const trayFields = z.object({
  tray: uuid.optional().catch(undefined),
  takeOut: z.preprocess(sent => (typeof sent === 'string' ? [sent] : sent), z.array(uuid)).catch([]),
})
export const passwordForm = z.object({
  password: z.string({ error: 'problems:required' }).min(1, 'problems:required').max(1000, 'problems:too-long'),
})

/** Of a file, or of a tray. */
export const fileId = uuid
