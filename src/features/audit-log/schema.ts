import { z } from 'zod'
import { dayField } from '../../platform/web/day-field.ts'
import { uuidField } from '../../platform/web/ids.ts'
import { actionGroupNames } from './action-groups.ts'

const blank = (text: unknown) => (typeof text === 'string' && text.trim() === '' ? undefined : text)
const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(blank, schema.optional())
const day = dayField({ whole: true, problem: 'audit-log:problem.day' }).transform(read => read ?? undefined)

/** What is looked for. `client` is an id, a file number or a name; `place` an address or a part of a browser's name. */
export const logForm = z
  .object({
    accountId: optional(
      z.coerce.number({ error: 'problems:choose' }).int('problems:choose').positive('problems:choose'),
    ),
    group: optional(z.enum(actionGroupNames, { error: 'problems:choose' })),
    client: optional(z.string({ error: 'problems:invalid' }).trim().max(200, 'problems:too-long')),
    from: day.optional(),
    to: day.optional(),
    place: optional(z.string({ error: 'problems:invalid' }).trim().max(200, 'problems:too-long')),
  })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ['to'], message: 'audit-log:problem.order' })
export type LogWish = z.output<typeof logForm>
/** A search with the client that it means, found when it was asked. */
export type KeptWish = LogWish & { clientId?: string | undefined }

export const searchIdParam = z.string().regex(/^[\w-]{22}$/)
export const uuid = uuidField()

/** The event that a page begins after: its moment in microseconds and its id. */
export type Key = { micros: string; id: string }
const key = /^(\d{1,18})-(\d{1,18})$/

/** @returns undefined where the address names no event: the page then begins with the newest */
export const readKey = (text: unknown): Key | undefined => {
  const [, micros, id] = key.exec(typeof text === 'string' ? text : '') ?? []
  return micros && id ? { micros, id } : undefined
}
export const writeKey = ({ micros, id }: Key): string => `${micros}-${id}`
