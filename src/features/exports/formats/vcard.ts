import { isWholeDay } from '../../../platform/text/written-day.ts'
import { rulesOf } from '../../../safe-to-contact/rules.ts'
import { mayBeLinked } from '../../../safe-to-contact/times.ts'
import { sayHours, sayRule } from '../../../safe-to-contact/words.ts'
import type { ExportedClient, ExportedContact, ExportedPhone, ExportVocabulary } from '../exported-client.ts'
import { typedSaid } from './csv.ts'
import { fullName, relationshipSaid, type Format } from './format.ts'

type Language = 'pl' | 'en'
type Words = ExportVocabulary[Language]
export type VcardWords = {
  /** `{rank}`, `{client}`, `{relationship}` have their places in it. */
  contactOf: string
  client: string
  mayBeTold: string
  mayNotBeTold: string
  interpreter: string
  born: string
}

/**
 * vCards for a phone's address book (RFC 2426, version 3.0, which every phone and mail program reads): one for each client
 * and one for each emergency contact, whose note says of whom and in which place. Lines are folded at 75 bytes. A hidden address
 * is never in them, whoever consented: an address book shows it to whoever holds the phone.
 */
export const vcardFormat = (vocabulary: ExportVocabulary, says: VcardWords, language: Language): Format => {
  const words = vocabulary[language]
  return {
    begin: () => '',
    client: client =>
      [clientCard(client, words, says), ...client.contacts.map(contact => contactCard(client, contact, words, says))]
        .map(lines => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''].map(folded).join('\r\n'))
        .join(''),
    end: () => '',
  }
}

const clientCard = (client: ExportedClient, words: Words, says: VcardWords) => [
  `UID:urn:uuid:${client.id}`,
  `FN:${escaped(fullName(client))}`,
  `N:${[client.familyName, client.givenNames, '', '', ''].map(escaped).join(';')}`,
  ...line('NICKNAME', client.preferredName),
  // A date known in part has no place in vCard 3.0 (RFC 2426, 3.1.5).
  ...(client.birthDate && isWholeDay(client.birthDate) ? [`BDAY:${client.birthDate}`] : []),
  ...client.phones.flatMap(telephone),
  ...client.emails.flatMap(email => line('EMAIL', email)),
  ...client.addresses.flatMap(address => line('LABEL', address)),
  `CATEGORIES:${escaped(says.client)}`,
  ...note([
    client.fileNumber,
    ...(client.birthDate && !isWholeDay(client.birthDate) ? [`${says.born}: ${client.birthDate}`] : []),
    ...client.alerts,
    ...(client.interpreterNeeded ? [`${says.interpreter} (${client.languages.join(', ')})`] : []),
    ...rulesSaid(client.phones, words),
  ]),
]

const contactCard = (client: ExportedClient, contact: ExportedContact, words: Words, says: VcardWords) => {
  const values = {
    rank: String(contact.rank),
    client: fullName(client),
    relationship: relationshipSaid(contact, words.relationship),
  }
  const place = says.contactOf.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof values) => values[name])
  return [
    `UID:urn:uuid:${client.id}-${contact.rank}`,
    `FN:${escaped(contact.name)}`,
    `N:${escaped(contact.name)};;;;`,
    ...contact.phones.flatMap(telephone),
    ...line('EMAIL', contact.email),
    ...line('LABEL', contact.address),
    ...note([
      place,
      [contact.mayBeTold ? says.mayBeTold : says.mayNotBeTold, contact.tellNote].filter(Boolean).join(': '),
      contact.language,
      ...rulesSaid(contact.phones, words),
    ]),
  ]
}

const types: Readonly<Record<string, string>> = { mobile: 'CELL', home: 'HOME', work: 'WORK' }
/** An address book dials whatever digits it finds: a number that is never to ring stands in the note alone. */
const telephone = (phone: ExportedPhone) =>
  mayBeLinked(phone, null) ? [`TEL;TYPE=${types[phone.type] ?? 'VOICE'}:${escaped(phone.dial ?? '')}`] : []

/** What was typed and the rules of each number in words: an address book has no place of its own for them. */
const rulesSaid = (phones: readonly (ExportedPhone & { hours?: string })[], words: Words) =>
  phones.flatMap(phone => {
    const said = [
      ...typedSaid(phone, words),
      sayHours(words.rules, phone),
      ...rulesOf(phone).map(rule => sayRule(words.rules, rule)),
    ].filter(Boolean)
    return said.length > 0 ? [`${phone.dial ?? phone.typed}: ${said.join('; ')}`] : []
  })

const line = (name: string, value: string) => (value ? [`${name}:${escaped(value)}`] : [])
const note = (parts: readonly string[]) => line('NOTE', parts.filter(Boolean).join('\n'))

const escaped = (text: string) =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\\;,]/g, sign => `\\${sign}`)
    .replaceAll('\n', '\\n')

const mostBytes = 75

/** Folds a line between letters, never inside one: a fold within a letter's bytes reads as two wrong letters. */
const folded = (text: string) => {
  if (Buffer.byteLength(text) <= mostBytes) return text
  let result = ''
  let bytes = 0
  for (const letter of text) {
    const size = Buffer.byteLength(letter)
    if (bytes + size > mostBytes) {
      result += '\r\n '
      bytes = 1
    }
    result += letter
    bytes += size
  }
  return result
}
