import type { Language, Translate } from '../../platform/i18n/translations.ts'
import { addressGivenOut, givenOut, isWarning, rulesOf } from '../../safe-to-contact/rules.ts'
import { ruleWords, sayHours, sayRule } from '../../safe-to-contact/words.ts'
import type { Audience } from './schema.ts'
import type { Sheet, SheetClient, SheetContact } from './sheet.ts'

/** What a sheet says, in the reader's language, line by line: the same on the page and in the file. */
export type SaidRule = { warning: boolean; text: string }
export type SaidPhone = { number: string; type: string; hours: string | null; rules: SaidRule[] }
export type SaidContact = {
  name: string
  relationship: string
  phones: SaidPhone[]
  mayBeTold: boolean
  telling: string
  tellNote: string | null
  /** Language and address, those that are known and may be given out. */
  more: string[]
  confirmed: string
}
export type SaidSheet = {
  name: string
  facts: string[]
  alerts: string[]
  languages: string | null
  contacts: SaidContact[]
  ownPhones: SaidPhone[]
  addresses: string[]
}

/** How the parts of a client read; of the feature that keeps clients. */
export type ClientWords = {
  displayName: (person: SheetClient['profile']) => string
  words: {
    reading: (phone: { number: string | null; typed: string }) => {
      dial: string | null
      shown: string
      extension: string | null
    }
    address: (address: SheetClient['profile']['addresses'][number]) => string
    language: (code: string) => string
  }
}
export type Speech = ClientWords & { t: Translate; language: Language; formatDate: (day: string) => string }

/**
 * Whoever only has to call is told whom, in what order, by which rules and what may be said: no date of birth, file number or
 * address, since that paper goes where the record may not.
 */
export const sayingSheets = ({ t, language, formatDate, displayName, words }: Speech, audience: Audience) => {
  const forTeam = audience === 'team'
  const sentences = ruleWords(t)

  const phone = (one: SheetContact['phones'][number]): SaidPhone => ({
    number: one.extension
      ? `${one.shown} ${t('emergency-contacts:section.extension', { number: one.extension })}`
      : one.shown,
    type: t(`emergency-contacts:phoneType.${one.type}`),
    hours: sayHours(sentences, one) || null,
    rules: [
      ...(one.dial === null ? [{ warning: true, text: t('safe-to-contact:sentence.not-dialable') }] : []),
      ...rulesOf(one).map(rule => ({ warning: isWarning(rule.code), text: sayRule(sentences, rule, formatDate) })),
    ],
  })

  const relationship = (contact: SheetContact) =>
    contact.relationship === 'O' && contact.relationshipText
      ? contact.relationshipText
      : [t(`emergency-contacts:relationship.${contact.relationship}`), contact.relationshipText]
          .filter(Boolean)
          .join(' · ')

  const contact = (one: SheetContact): SaidContact => {
    const address = forTeam && addressGivenOut(one)
    return {
      name: one.name,
      relationship: relationship(one),
      phones: one.phones.map(phone),
      mayBeTold: one.mayBeTold,
      telling: t(one.mayBeTold ? 'emergency-contacts:section.mayBeTold' : 'emergency-contacts:section.mayNotBeTold'),
      tellNote: one.tellNote,
      more: [
        ...(one.phones.length === 0 ? [t('emergency-contacts:section.noPhone')] : []),
        ...(one.speaks ? [t('emergency-contacts:section.speaks', { language: one.speaks[language] })] : []),
        ...(address ? [address.replaceAll('\n', ', ')] : []),
      ],
      confirmed: one.lastConfirmedOn
        ? t('emergency-sheets:confirmed', { date: formatDate(one.lastConfirmedOn) })
        : t('emergency-contacts:section.neverConfirmed'),
    }
  }

  return ({ client: { profile }, contacts }: Sheet): SaidSheet => ({
    name: displayName(profile),
    facts: [
      ...(forTeam ? [t('clients:fileNumberIs', { number: profile.fileNumber })] : []),
      ...(forTeam && profile.birthDate ? [t('clients:born', { date: formatDate(profile.birthDate) })] : []),
      ...(profile.preferredName ? [t('clients:called', { name: profile.preferredName })] : []),
      ...(profile.deceasedOn ? [t('clients:deceasedOn', { date: formatDate(profile.deceasedOn) })] : []),
    ],
    alerts: profile.alerts,
    languages:
      [
        profile.languages.map(words.language).join(', '),
        profile.interpreterNeeded ? t('clients:interpreterNeeded') : '',
      ]
        .filter(Boolean)
        .join(' · ') || null,
    contacts: contacts.map(contact),
    ownPhones: profile.phones.map(one => phone({ ...one, ...words.reading(one), hours: null })),
    addresses: forTeam ? givenOut(profile.addresses).map(words.address) : [],
  })
}
