import type { Language, Translate } from '../../platform/i18n/translations.ts'
import { rulesOf, type RecordedRules } from '../../safe-to-contact/rules.ts'
import { ruleWords, sayRule } from '../../safe-to-contact/words.ts'
import { languageName } from '../../platform/text/languages.ts'
import type { TypedContact, TypedPhone } from './schema.ts'

type Speech = { t: Translate; language: Language; formatDate: (day: string) => string }

/** How the fields of a contact's form read, in the reader's language; one that is empty reads ''. */
export const contactWords = ({ t, language, formatDate }: Speech) => {
  const sentences = ruleWords(t)
  const phone = (one: TypedPhone) =>
    [
      one.number,
      t(`emergency-contacts:phoneType.${one.type}`),
      one.hours,
      ...rulesOf(one as RecordedRules).map(rule => sayRule(sentences, rule, formatDate)),
    ]
      .filter(Boolean)
      .join(' · ')
  const shown: { [Field in keyof TypedContact]?: (value: TypedContact[Field]) => string } = {
    relationship: code => t(`emergency-contacts:relationship.${code}`),
    mayBeTold: answer =>
      t(answer === 'yes' ? 'emergency-contacts:form.mayBeToldYes' : 'emergency-contacts:form.mayBeToldNo'),
    language: code => languageName(code, language),
    lastConfirmedOn: formatDate,
    addressHidden: () => t('safe-to-contact:hidden'),
    phones: phones => phones.map(phone).join('\n'),
  }
  return {
    field: (field: keyof TypedContact): string => t(`emergency-contacts:form.${field}`),
    value: (field: keyof TypedContact, contact: TypedContact | null): string => {
      const value = contact?.[field] ?? ''
      if (value.length === 0) return ''
      return (shown[field] as ((value: unknown) => string) | undefined)?.(value) ?? (value as string)
    },
  }
}
