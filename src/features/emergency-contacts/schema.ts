import { z } from 'zod'
import { isLanguageCode } from '../../platform/text/languages.ts'
import { isSameNumber, phoneToEdit, readPhone, type CountryCode } from '../../platform/text/phone.ts'
import { visible } from '../../platform/text/visible.ts'
import { dayField } from '../../platform/web/day-field.ts'
import { uuidField } from '../../platform/web/ids.ts'
import { ruleFields, rulesToKeep } from '../../safe-to-contact/schema.ts'
import { saysNothingTyped, typedFromRules, typedRules, type TypedRules } from '../../safe-to-contact/typed.ts'
import { mostPhones, phoneTypes, type ContactProfile } from './contact.ts'
import { otherRelationship, relationshipCodes } from './relationships.ts'

const tooLong = 'problems:too-long'
const choose = 'problems:choose'

/** Letters, digits or pictures: something to read, not only spaces and invisible signs. */
const readable = /[\p{L}\p{N}\p{S}]/u
// Lines and tabs belong in addresses and notes; no other control character belongs anywhere.
const control = /[^\P{Cc}\n\r\t]/u

/** A text of at most `most` characters as people count them, in composed form. */
const lines = (most: number) =>
  z
    .string()
    .transform(typed => visible(typed).trim())
    .refine(typed => !control.test(typed), 'problems:invalid')
    .refine(typed => Array.from(typed).length <= most, tooLong)

const line = (most: number) => lines(most).transform(typed => typed.replaceAll(/\s+/g, ' '))

/** For a field that may be left empty. */
const orNull = (typed: string) => (readable.test(typed) ? typed : null)

/** A number that can't be dialled is kept as it was typed: new ranges are given out every year. */
const phone = (country: CountryCode) =>
  z
    .object({
      type: z.enum(phoneTypes, { error: choose }),
      number: line(60).refine(typed => typed !== '', 'problems:required'),
      hours: line(100).transform(orNull),
      ...ruleFields,
    })
    .transform(({ type, number, hours, ...rules }, context) => ({
      type,
      number: readPhone(number, country).number,
      typed: number,
      hours,
      ...rulesToKeep(rules, wrong => isSameNumber(wrong, number, country), context),
    }))

/**
 * The form of a contact, as `typedContact` gives it.
 * @param today ISO date, the latest on which a contact can have been confirmed
 * @param country of the organisation, whose numbers need no country code
 */
export const contactForm = (today: string, country: CountryCode) =>
  z
    .object({
      name: line(200).refine(typed => readable.test(typed), 'emergency-contacts:problems.name'),
      relationship: z
        .string()
        .refine(code => relationshipCodes.includes(code), 'emergency-contacts:problems.relationship'),
      relationshipText: line(100).transform(orNull),
      phones: z.array(phone(country)).max(mostPhones, 'problems:too-many'),
      email: line(254)
        .transform(orNull)
        .refine(typed => typed === null || z.email().safeParse(typed).success, 'problems:email'),
      address: lines(500).transform(orNull),
      addressHidden: z.enum(['on', '']),
      language: line(35)
        .transform(orNull)
        .refine(code => code === null || isLanguageCode(code), choose),
      mayBeTold: z
        .enum(['yes', 'no'], { error: 'emergency-contacts:problems.may-be-told' })
        .transform(word => word === 'yes'),
      tellNote: lines(500).transform(orNull),
      lastConfirmedOn: dayField({ whole: true, earliest: '1900-01-01', latest: today }),
    })
    .refine(({ relationship, relationshipText }) => relationship !== otherRelationship || relationshipText !== null, {
      error: 'emergency-contacts:problems.relationship-text',
      path: ['relationshipText'],
    })
    .transform(({ addressHidden, ...contact }) =>
      addressHidden && contact.address ? { ...contact, addressHidden: true } : contact,
    ) satisfies z.ZodType<ContactProfile>

export type TypedPhone = { type: string; number: string; hours: string } & TypedRules
/** A contact as it stands in the form. */
export type TypedContact = Record<Exclude<keyof ContactProfile, 'phones'>, string> & { phones: TypedPhone[] }

/** What was typed, field by field and nothing else; lines end as \n, and empty phone rows are left out, so that places in a list are the same everywhere. */
export const typedContact = (body: unknown): TypedContact => {
  const form = (body ?? {}) as Record<string, unknown>
  return {
    name: asText(form.name),
    relationship: asText(form.relationship),
    relationshipText: asText(form.relationshipText),
    phones: typedRows(form.phones)
      .map(asPhone)
      .filter(row => row.number.trim() || row.hours.trim() || !saysNothingTyped(row)),
    email: asText(form.email),
    address: asText(form.address),
    addressHidden: form.addressHidden === 'on' ? 'on' : '',
    language: asText(form.language),
    mayBeTold: asText(form.mayBeTold),
    tellNote: asText(form.tellNote),
    lastConfirmedOn: asText(form.lastConfirmedOn),
  }
}

/** The form of a recorded contact. @param country where it is to be edited: a number typed in another one shows with its code */
export const typedFrom = (contact: ContactProfile, country?: CountryCode): TypedContact => ({
  name: contact.name,
  relationship: contact.relationship,
  relationshipText: contact.relationshipText ?? '',
  phones: contact.phones.map(({ type, number, typed, hours, ...rules }) => {
    const shown = country ? phoneToEdit({ number, typed }, country) : typed
    return { type, number: shown, hours: hours ?? '', ...typedFromRules(rules, shown) }
  }),
  email: contact.email ?? '',
  address: contact.address ?? '',
  addressHidden: contact.addressHidden ? 'on' : '',
  language: contact.language ?? '',
  mayBeTold: contact.mayBeTold ? 'yes' : 'no',
  tellNote: contact.tellNote ?? '',
  lastConfirmedOn: contact.lastConfirmedOn ?? '',
})

export const uuid = uuidField()
export const moveForm = z.object({ move: z.enum(['up', 'down']) })
export const orderForm = z.object({ order: z.array(uuidField()) })
/** The version that the person was looking at. */
export const versionForm = z.object({ version: z.coerce.number().int().positive() })
/** The answer to whether the numbers that are marked as wrong are right after all. */
export const numbersForm = z.object({ numbersAreRight: z.literal('yes') })
/** The page of the list of contacts to confirm to which a confirmation comes back, as its address. */
export const workListForm = z.object({ workList: z.string().max(200) })
export const newContactForm = z.object({ id: uuidField() })

const asText = (value: unknown): string => (typeof value === 'string' ? value.replaceAll('\r\n', '\n') : '')
/** Rows as a form sends them. */
export const typedRows = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : []
const asPhone = (row: unknown): TypedPhone => {
  const { type, number, hours } = (row ?? {}) as Record<string, unknown>
  return { type: asText(type) || 'mobile', number: asText(number), hours: asText(hours), ...typedRules(row) }
}
