import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { tenantRoles } from '../../platform/actor.ts'
import { NotFound } from '../../platform/errors.ts'
import { languages } from '../../platform/i18n/translations.ts'
import { uuidField } from '../../platform/web/ids.ts'

const required = 'problems:required'
const tooLong = 'problems:too-long'
const mostInteger = 2_147_483_647

const name = z.string({ error: required }).trim().max(100, tooLong)

const email = z
  .string()
  .trim()
  .max(254, tooLong)
  .refine(text => text === '' || z.email().safeParse(text).success, 'problems:email')
  .transform(text => text || null)
  .default(null)

/** Boxes named `roles[staff]` that are ticked. */
const roles = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform(ticked => tenantRoles.filter(role => role in ticked))
  .refine(chosen => chosen.length > 0, 'accounts:problem.noRole')

const person = z.object({
  givenName: name.min(1, required),
  familyName: name.default(''),
  email,
  roles,
  language: z.enum(languages, { error: 'problems:choose' }),
})

const formId = uuidField().catch(() => randomUUID())

export const newAccountForm = person
  .extend({ formId, handOver: z.enum(['password', 'link']).catch('password') })
  .refine(form => form.handOver === 'password' || form.email !== null, {
    path: ['email'],
    error: 'accounts:problem.emailForLink',
  })

export const accountForm = person.extend({ revision: z.coerce.number().int().min(0).max(mostInteger) })

export const resetForm = z.object({ formId })

export const listQuery = z.object({ status: z.enum(['active', 'deactivated']).catch('active') })

/** @throws NotFound for what can be no account's id */
export const readAccountId = (text: unknown): number => {
  const read = z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .transform(Number)
    .pipe(z.number().max(mostInteger))
    .safeParse(text)
  if (!read.success) throw new NotFound()
  return read.data
}
