import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { NotFound } from '../../platform/errors.ts'
import { isPhoneCountry, type CountryCode } from '../../platform/text/phone.ts'
import { languages } from '../../platform/i18n/translations.ts'
import { uuidField } from '../../platform/web/ids.ts'

const required = 'problems:required'
const tooLong = 'problems:too-long'
const language = z.enum(languages, { error: 'problems:choose' })
export const megabyte = 1_000_000

/** Labels of letters, digits and hyphens parted by dots (RFC 1123 2.1): what people type after https://. */
const hostname = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253, tooLong)
  .transform(typed => typed || null)
  .refine(typed => typed === null || hostname.test(typed), 'tenants:problem.domain')
  .default(null)

/** Left empty: no limit. */
const limit = (most: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{0,9}$/, 'tenants:problem.limit')
    .transform(typed => (typed === '' ? null : Number(typed)))
    .refine(number => number === null || (number >= 1 && number <= most), 'tenants:problem.limit')
    .default(null)

export const tenantForm = z.object({
  name: z.string({ error: required }).trim().min(1, required).max(200, tooLong),
  domain,
  language,
  /** Asked for when an organisation is made; from then on it is a setting of its own. */
  country: z.custom<CountryCode>(code => isPhoneCountry(String(code)), 'problems:choose').optional(),
  mostAccounts: limit(1_000_000),
  mostClients: limit(100_000_000),
  mostMegabytes: limit(100_000_000),
})
export type TenantForm = z.output<typeof tenantForm>

/** Whichever form asks: sent twice, it is done once. */
export const formIdOf = (body: unknown): string =>
  z.object({ formId: uuidField() }).safeParse(body).data?.formId ?? randomUUID()

export const longestWaitDays = 365
export const usualWaitDays = 30

/** `name` is typed once more: a click alone closes no organisation. */
export const closeForm = (name: string) =>
  z.object({
    days: z.coerce
      .number({ error: 'tenants:problem.days' })
      .int('tenants:problem.days')
      .min(1, 'tenants:problem.days')
      .max(longestWaitDays, 'tenants:problem.days'),
    name: z
      .string({ error: required })
      .refine(typed => plain(typed) === plain(name), { error: 'tenants:problem.otherName' }),
  })

const plain = (name: string) => name.normalize('NFKC').replace(/\s+/g, ' ').trim()

const personName = z.string({ error: required }).trim().max(100, tooLong)

export const administratorForm = z
  .object({
    givenName: personName.min(1, required),
    familyName: personName.default(''),
    email: z
      .string()
      .trim()
      .max(254, tooLong)
      .refine(typed => typed === '' || z.email().safeParse(typed).success, 'problems:email')
      .transform(typed => typed || null)
      .default(null),
    language,
    handOver: z.enum(['password', 'link']).catch('password'),
  })
  .refine(form => form.handOver === 'password' || form.email !== null, {
    path: ['email'],
    error: 'accounts:problem.emailForLink',
  })
export type AdministratorForm = z.output<typeof administratorForm>

export const shows = ['open', 'suspended', 'closing', 'closed'] as const
export const listQuery = z.object({
  show: z.enum(shows).catch('open'),
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
})

/** @throws NotFound for what can be no organisation's id */
export const readTenantId = (text: unknown): string => {
  const read = uuidField().safeParse(text)
  if (!read.success) throw new NotFound()
  return read.data
}
