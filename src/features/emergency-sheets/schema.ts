import { z } from 'zod'
import { uuidField } from '../../platform/web/ids.ts'

export const uuid = uuidField()

/** Whose hands the paper goes into: of the team, who may read the record, or of somebody who only has to call (a driver, a volunteer). */
export const audiences = ['team', 'caller'] as const
export type Audience = (typeof audiences)[number]

export const sheetQuery = z.object({ for: z.enum(audiences).catch('team') })
