import { csvLines, csvMark } from '../../../platform/text/csv.ts'
import { rulesOf } from '../../../safe-to-contact/rules.ts'
import { sayHours, sayRule } from '../../../safe-to-contact/words.ts'
import type { ExportedClient, ExportedContact, ExportedPhone, ExportVocabulary } from '../exported-client.ts'
import { relationshipSaid, type Format } from './format.ts'

type Language = 'pl' | 'en'
type Words = ExportVocabulary[Language]

/** The columns, each with a heading in the catalogue (`exports:columns.<name>`). */
export const csvColumns = [
  'fileNumber',
  'familyName',
  'givenNames',
  'preferredName',
  'birthDate',
  'deceasedOn',
  'gender',
  'languages',
  'interpreterNeeded',
  'alerts',
  'phones',
  'emails',
  'addresses',
  'contactRank',
  'contactName',
  'contactRelationship',
  'contactPhones',
  'contactEmail',
  'contactAddress',
  'contactLanguage',
  'contactMayBeTold',
  'contactTellNote',
  'contactConfirmedOn',
] as const
export type CsvWords = {
  headings: Readonly<Record<(typeof csvColumns)[number], string>>
  yes: string
  no: string
  hidden: string
}

/**
 * A table for a spreadsheet: a line for each emergency contact, with the client's data repeated; a client without contacts
 * has one line.
 */
export const csvFormat = (vocabulary: ExportVocabulary, csv: CsvWords, language: Language): Format => {
  const words = vocabulary[language]
  const lines = (rows: readonly (readonly string[])[]) => csvLines(rows, language)
  return {
    begin: () => `${csvMark}${lines([csvColumns.map(name => csv.headings[name])])}`,
    client: client => {
      const own = ownCells(client, words, csv)
      const contacts = client.contacts.map(contact => contactCells(contact, words, csv))
      return lines((contacts.length > 0 ? contacts : [noContact]).map(cells => [...own, ...cells]))
    },
    end: () => '',
  }
}

const noContact: readonly string[] = Array.from({ length: 10 }, () => '')

const ownCells = (client: ExportedClient, words: Words, { yes, no, hidden }: CsvWords) => [
  client.fileNumber,
  client.familyName,
  client.givenNames,
  client.preferredName,
  client.birthDate ?? '',
  client.deceasedOn ?? '',
  words.gender[client.gender] ?? client.gender,
  client.languages.join(', '),
  client.interpreterNeeded ? yes : no,
  client.alerts.join('\n'),
  client.phones.map(phone => phoneSaid(phone, words)).join('\n'),
  client.emails.join('\n'),
  [...client.addresses, ...(client.hiddenAddresses ?? []).map(address => `${hidden}: ${address}`)].join('\n'),
]

const contactCells = (contact: ExportedContact, words: Words, { yes, no, hidden }: CsvWords) => [
  String(contact.rank),
  contact.name,
  relationshipSaid(contact, words.relationship),
  contact.phones.map(phone => phoneSaid(phone, words)).join('\n'),
  contact.email,
  [contact.address, contact.hiddenAddress && `${hidden}: ${contact.hiddenAddress}`].filter(Boolean).join('\n'),
  contact.language,
  contact.mayBeTold ? yes : no,
  contact.tellNote,
  contact.lastConfirmedOn ?? '',
]

/** Number, what was typed, kind, hours and every rule of safe contact in one cell: whoever sees the number sees what goes with it. */
export const phoneSaid = (phone: ExportedPhone & { hours?: string }, words: Words) => {
  const more = [
    ...typedSaid(phone, words),
    words.phoneType[phone.type] ?? phone.type,
    sayHours(words.rules, phone),
    ...rulesOf(phone).map(rule => sayRule(words.rules, rule)),
  ]
  return `${phone.dial ?? phone.typed} (${more.filter(Boolean).join('; ')})`
}

/** What was typed, where that is not what is dialled; that a number can't be dialled, where it can't. */
export const typedSaid = ({ dial, typed }: ExportedPhone, words: Words): string[] =>
  dial === null ? [words.rules.sentence['not-dialable']] : dial === typed ? [] : [typed]
