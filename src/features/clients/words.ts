import type { Translate } from '../../platform/i18n/translations.ts'
import { showPhone, type CountryCode, type PhoneReading } from '../../platform/text/phone.ts'
import { rulesOf } from '../../safe-to-contact/rules.ts'
import { ruleWords, sayRule } from '../../safe-to-contact/words.ts'
import type { Field } from './changes.ts'
import { languageName } from '../../platform/text/languages.ts'
import type { Address, Phone } from './profile.ts'

type Formats = { t: Translate; language: string; country: CountryCode; formatDate: (day: string) => string }

/** How the parts of a profile read, in the reader's language. A part that is not recorded reads ''. */
export const wordsFor = ({ t, language, country, formatDate }: Formats) => {
  const named = (code: string) => languageName(code, language)
  const say = ruleWords(t)
  const rules = (one: Phone) => rulesOf(one).map(rule => sayRule(say, rule, formatDate))
  const reading = (one: Pick<Phone, 'number' | 'typed'>): PhoneReading => showPhone(one, country)
  const phoneShown = (one: Pick<Phone, 'number' | 'typed'>): string => {
    const { shown, extension } = reading(one)
    return extension ? `${shown} ${t('emergency-contacts:section.extension', { number: extension })}` : shown
  }
  const phone = (one: Phone) =>
    [`${phoneShown(one)} (${t(`clients:phone-type.${one.type}`)})`, ...rules(one)].join(' · ')
  const address = (one: Address) =>
    [
      `${t(`clients:address-use.${one.use}`)}: ${addressShown(one)}`,
      ...(one.hidden ? [t('safe-to-contact:hidden')] : []),
    ].join(' · ')

  const parts: Partial<Record<Field, (value: never) => string>> = {
    birthDate: formatDate,
    deceasedOn: formatDate,
    gender: (gender: string) => t(`clients:gender.${gender}`),
    languages: (codes: string[]) => codes.map(named).join(', '),
    interpreterNeeded: (needed: boolean) => t(needed ? 'clients:yes' : 'clients:no'),
    phones: (phones: Phone[]) => phones.map(phone).join('\n'),
    emails: (emails: string[]) => emails.join('\n'),
    addresses: (addresses: Address[]) => addresses.map(address).join('\n'),
    alerts: (alerts: string[]) => alerts.join('\n'),
  }

  return {
    language: named,
    phone: phoneShown,
    /** What a link to a number dials, if anything, and how it reads. */
    reading,
    address: addressShown,
    field: (field: Field): string => t(`clients:field.${field}`),
    value: (field: Field, value: unknown): string => {
      if (value === null || value === '') return ''
      return parts[field]?.(value as never) ?? (value as string)
    },
  }
}
export type Words = ReturnType<typeof wordsFor>

const addressShown = ({ line, postalCode, city, region, country }: Omit<Address, 'use' | 'hidden'>): string =>
  [line, [postalCode, city].filter(Boolean).join(' '), region, country].filter(Boolean).join(', ')
