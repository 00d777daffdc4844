import { z } from 'zod'
import { allRoles, tenantRoles } from '../../platform/actor.ts'
import { uuidField } from '../../platform/web/ids.ts'

const longestSubject = 200
const longestText = 10_000

const typed = (most: number, unwanted: RegExp) =>
  z
    .string({ error: 'problems:required' })
    .transform(text => text.normalize('NFC').replace(/\r\n?/g, '\n').trim())
    .pipe(
      z
        .string()
        .refine(text => text !== '', 'problems:required')
        .refine(text => !unwanted.test(text), 'problems:invalid')
        .refine(text => Array.from(text).length <= most, 'problems:too-long'),
    )
const subject = typed(longestSubject, /[\p{Cc}\p{Cs}]/u)
const text = typed(longestText, /[\p{Cs}]|(?![\n\t])\p{Cc}/u)
const urgent = z
  .unknown()
  .optional()
  .transform(sent => sent === 'on')

/** What the form has gathered of files; an unreadable one is as none. */
const tray = uuidField().optional().catch(undefined)

const role = z.templateLiteral(['role:', z.enum(tenantRoles)])
const accountId = z.string().regex(/^[1-9]\d{0,8}$/)
const sentList = (sent: unknown) => (typeof sent === 'object' && sent !== null ? Object.values(sent as object) : sent)

/** Whom a form names: accounts, and everybody with a role. */
const addressees = z
  .preprocess(
    sent => (typeof sent === 'string' ? [sent] : (sentList(sent) ?? [])),
    z.array(z.union([role, accountId]), { error: 'messages:problem.nobody' }).max(1000, 'problems:too-many'),
  )
  .refine(list => list.length > 0, 'messages:problem.nobody')
  .transform(list => ({
    roles: allRoles.filter(one => list.includes(`role:${one}` as never)),
    accounts: [...new Set(list.filter(one => !one.startsWith('role:')).map(Number))],
  }))
export type Addressees = z.output<typeof addressees>

export const threadForm = z.object({ to: addressees, subject, text, urgent, tray })
export type ThreadForm = z.output<typeof threadForm>
export const replyForm = z.object({ text, urgent, tray })
export type ReplyForm = z.output<typeof replyForm>
export const peopleForm = z.object({ to: addressees })

export const uuid = uuidField()
/** A message's place in its thread; what can't be read is the one before the first. */
export const numberField = z.coerce.number().int().min(0).max(1_000_000).catch(0)
const pageKey = z.string().max(100).optional().catch(undefined)
export const listQuery = z.object({
  show: z.enum(['inbox', 'archived']).catch('inbox'),
  after: pageKey,
  before: pageKey,
})
export const beforeQuery = z.object({
  before: z.coerce.number().int().min(2).max(1_000_000).optional().catch(undefined),
})
