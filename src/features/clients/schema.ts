import { z } from 'zod'
import { canonicalLanguage } from '../../platform/text/language-name.ts'
import { isSameNumber, readPhone, type CountryCode } from '../../platform/text/phone.ts'
import { visible } from '../../platform/text/visible.ts'
import { dayField } from '../../platform/web/day-field.ts'
import { uuidField } from '../../platform/web/ids.ts'
import { ruleFields, rulesToKeep } from '../../safe-to-contact/schema.ts'
import { saysNothingTyped, typedRules } from '../../safe-to-contact/typed.ts'
import { addressUses, genders, phoneTypes, type ClientProfile } from './profile.ts'

const tooLong = 'problems:too-long'
const choose = 'problems:choose'
const earliestBirth = '1890-01-01'
const mostRows = 10
const mostAlerts = 20

export const uuid = uuidField()

/** The version a form was filled in upon; one that can't be read is older than any. */
export const versionField = z.coerce.number().int().min(0).catch(0)

const characters = (text: string) => [...text].length

/** Text in any script, without signs that nobody types (NUL and other controls, halves of characters). */
const text = (most: number, unwanted: RegExp) =>
  z
    .string({ error: 'problems:invalid' })
    .default('')
    .transform(typed => visible(typed).replace(/\r\n?/g, '\n').trim())
    .pipe(
      z
        .string()
        .refine(typed => !unwanted.test(typed), 'problems:invalid')
        .refine(typed => characters(typed) <= most, tooLong),
    )

const line = (most: number) => text(most, /[\p{Cc}\p{Cs}]/u)
const lines = (most: number) => text(most, /[\p{Cs}]|(?![\n\t])\p{Cc}/u)
const orNull = (schema: ReturnType<typeof line>) => schema.transform(typed => typed || null)

/** A date; one that is known in part where the form takes that. */
const day = (today: string, { whole }: { whole: boolean }) =>
  dayField({ whole, earliest: earliestBirth, latest: today, tooEarly: 'clients:problem.birth-date-too-early' })

/** Rows as a form sends them; a row schema gives null for an empty row, and places in messages stay those of the page. */
const rows = <Row extends z.ZodType>(row: Row, most: number) =>
  z
    .preprocess(
      sent => (typeof sent === 'object' && sent !== null ? (Object.values(sent as object) as unknown[]) : []),
      z.array(row),
    )
    .transform(all => all.filter((one): one is NonNullable<typeof one> => one !== null))
    .refine(all => all.length <= most, 'problems:too-many')

/** A number that can't be dialled is kept as it was typed: new ranges are given out every year. */
const typedPhone = (country: CountryCode) =>
  z
    .object({ type: z.enum(phoneTypes, choose).default('mobile'), number: line(50), said: z.boolean(), ...ruleFields })
    .transform(({ type, number: typed, said, ...rules }, context) => {
      if (!typed && !said) return null
      if (!typed) context.addIssue({ code: 'custom', path: ['number'], message: 'problems:required' })
      const isSame = (wrong: string) => isSameNumber(wrong, typed, country)
      return { type, number: readPhone(typed, country).number, typed, ...rulesToKeep(rules, isSame, context) }
    })

/** A row with rules and no number is a number forgotten, not an empty row. */
const phone = (country: CountryCode) =>
  z.preprocess(row => {
    const rules = typedRules(row)
    return { ...(row as object), ...rules, said: !saysNothingTyped(rules) }
  }, typedPhone(country))

const email = z
  .object({ address: line(254).refine(typed => !typed || z.email().safeParse(typed).success, 'problems:email') })
  .transform(({ address }) => address || null)

const address = z
  .object({
    use: z.enum(addressUses, choose).default('home'),
    line: lines(200),
    postalCode: orNull(line(20)),
    city: orNull(line(100)),
    region: orNull(line(100)),
    country: orNull(line(100)),
    hidden: z.unknown().optional(),
  })
  .transform(({ use, hidden, ...place }) => {
    if (!Object.values(place).some(Boolean)) return null
    return hidden === 'on' ? { use, ...place, hidden: true } : { use, ...place }
  })

const language = z
  .object({ code: line(35).refine(typed => !typed || canonicalLanguage(typed) !== null, choose) })
  .transform(({ code }) => (code ? canonicalLanguage(code) : null))

const alert = z.object({ text: line(300) }).transform(({ text: typed }) => typed || null)

const named = (form: unknown) => {
  const { givenNames, familyName } = form as { givenNames?: unknown; familyName?: unknown }
  return Boolean(givenNames) || Boolean(familyName)
}

const notDeadBeforeBirth = (form: unknown) => {
  const { birthDate, deceasedOn } = form as { birthDate?: unknown; deceasedOn?: unknown }
  return typeof birthDate !== 'string' || typeof deceasedOn !== 'string' || birthDate <= deceasedOn
}

/**
 * A client as the form sends it, read into a profile. An empty file number stays empty: a new client then gets the next one.
 * @param today 'YYYY-MM-DD', past which nobody is born
 * @param country of the organisation, whose numbers need no country code
 */
export const clientForm = (today: string, country: CountryCode) =>
  z
    .object({
      fileNumber: line(40),
      givenNames: line(200),
      familyName: line(200),
      preferredName: orNull(line(200)),
      birthDate: day(today, { whole: false }),
      deceasedOn: day(today, { whole: true }),
      gender: z.enum(genders, choose).default('unknown'),
      languages: rows(language, mostRows).transform(codes => [...new Set(codes)]),
      interpreterNeeded: z
        .unknown()
        .optional()
        .transform(sent => sent === 'on'),
      phones: rows(phone(country), mostRows),
      emails: rows(email, mostRows),
      addresses: rows(address, mostRows),
      alerts: rows(alert, mostAlerts),
      notes: orNull(lines(10_000)),
    })
    .refine(named, { path: ['familyName'], error: 'clients:problem.name', when: () => true })
    .refine(notDeadBeforeBirth, {
      path: ['deceasedOn'],
      error: 'clients:problem.deceased-before-birth',
      when: () => true,
    })
    .transform((form): ClientProfile => form)

/** What a new client's form sends besides: the id of the client to be made, and what to do next. */
export const newClientFields = z.object({
  id: uuidField().optional().catch(undefined),
  next: z.enum(['another', 'contact']).optional().catch(undefined),
})

/** Groups are ticked; where the form shows none it says nothing of them. */
export const groupsField = z
  .object({ groupsShown: z.literal('yes'), groups: rows(uuidField(), 500) })
  .transform(({ groups }): string[] => groups)

/** Ids of the clients that the form showed as possibly the same person, before somebody saved it all the same. */
export const twinsField = z
  .object({ twins: z.string().transform(ids => ids.split(' ')) })
  .transform(({ twins }) => twins)
  .catch([])

export const listQuery = z.object({
  status: z.enum(['active', 'archived']).catch('active'),
  contacts: z.literal('none').optional().catch(undefined),
  after: z.string().max(100).optional().catch(undefined),
  before: z.string().max(100).optional().catch(undefined),
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
})

export const letterParam = z.string().regex(/^([a-z][a-z_]{0,3}|other)$/i)
