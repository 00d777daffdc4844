import type { Clients } from '../features/clients/index.ts'
import {
  relationshipCodes,
  type EmergencyContact,
  type EmergencyContacts,
} from '../features/emergency-contacts/index.ts'
import {
  csvColumns,
  type ExportedClient,
  type ExportedContact,
  type ExportVocabulary,
  type ExportWords,
} from '../features/exports/index.ts'
import type { Groups } from '../features/groups/index.ts'
import type { Actor } from '../platform/actor.ts'
import type { Db, Trx } from '../platform/db/tenant.ts'
import { readAhead } from '../platform/read-ahead.ts'
import { fold } from '../platform/text/fold.ts'
import { languages, type Language, type Translations } from '../platform/i18n/translations.ts'
import { showPhone, type CountryCode, type RecordedPhone } from '../platform/text/phone.ts'
import { addressGivenOut, givenOut } from '../safe-to-contact/rules.ts'
import { ruleWords } from '../safe-to-contact/words.ts'

type Needs = {
  db: Db
  clients: Clients
  contacts: EmergencyContacts
  groups: Pick<Groups, 'clientsOfGroups'>
  /** Of these clients, those whose records are restricted to named people: they are in the export, and marked. */
  restricted: (trx: Trx, ids: readonly string[]) => Promise<ReadonlySet<string>>
  settings: { countryWithin: (trx: Trx, actor: Actor) => Promise<CountryCode> }
  translations: Translations
}
type ReadClient = { id: string; profile: Parameters<Clients['create']>[2] }

/** So many batches are on their way from the database while one is written. */
const batchesAhead = 2

/** Every active client with their contacts, a batch at a time, as the export carries them. */
export const createExportReader = ({ db, clients, contacts, groups, restricted, settings, translations }: Needs) => {
  const inGroups = async function* (actor: Actor, groupIds: readonly string[]) {
    const members = new Set(await db.asTenant(actor, trx => groups.clientsOfGroups(trx, groupIds)))
    for await (const batch of clients.readActive(actor)) yield batch.filter(({ id }) => members.has(id))
  }

  return (
    actor: Actor,
    { withHidden, groupIds, language }: { withHidden: boolean; groupIds: readonly string[]; language: Language },
  ): AsyncIterable<ExportedClient[]> =>
    readAhead(
      groupIds.length > 0 ? inGroups(actor, groupIds) : clients.readActive(actor),
      async batch => {
        const ids = batch.map(({ id }) => id)
        const [byClient, marked, country] = await db.asTenant(actor, async trx => [
          await contacts.ofClients(trx, actor, ids),
          await restricted(trx, ids),
          await settings.countryWithin(trx, actor),
        ])
        const mark = translations.to(language)('restricted-records:exported')
        return batch.map(client => {
          const plain = exported(client, byClient.get(client.id) ?? [], country, withHidden)
          return marked.has(client.id) ? { ...plain, restricted: true, alerts: [mark, ...plain.alerts] } : plain
        })
      },
      batchesAhead,
    )
}

/** The plain names of the codes in an export, so that the file stands alone. */
export const exportVocabulary = (translations: Translations): ExportVocabulary => {
  const wordsIn = (language: (typeof languages)[number]) => {
    const t = translations.to(language)
    const named = (codes: readonly string[], key: string) =>
      Object.fromEntries(codes.map(code => [code, t(`${key}.${code}`)]))
    return {
      relationship: named(relationshipCodes, 'emergency-contacts:relationship'),
      phoneType: named(['mobile', 'home', 'work', 'other'], 'emergency-contacts:phoneType'),
      gender: named(['female', 'male', 'other', 'unknown'], 'clients:gender'),
      rules: ruleWords(t),
    }
  }
  return { pl: wordsIn('pl'), en: wordsIn('en') }
}

/** What tables and address books say, by language. */
export const exportWords = (translations: Translations): ExportWords => {
  const wordsIn = (language: (typeof languages)[number]) => {
    const t = translations.to(language)
    const headings = Object.fromEntries(csvColumns.map(name => [name, t(`exports:columns.${name}`)]))
    return {
      csv: {
        headings: headings as ExportWords['pl']['csv']['headings'],
        yes: t('exports:yes'),
        no: t('exports:no'),
        hidden: t('safe-to-contact:hidden'),
      },
      vcard: {
        contactOf: t('exports:vcard.contactOf'),
        client: t('exports:vcard.client'),
        mayBeTold: t('viewer:contacts.mayBeTold'),
        mayNotBeTold: t('viewer:contacts.mayNotBeTold'),
        interpreter: t('viewer:person.interpreter'),
        born: t('viewer:person.birthDate'),
      },
    }
  }
  return { pl: wordsIn('pl'), en: wordsIn('en') }
}

const exported = (
  { id, profile }: ReadClient,
  contacts: EmergencyContact[],
  country: CountryCode,
  withHidden: boolean,
): ExportedClient => {
  const { notes: _, addresses, preferredName, phones, ...kept } = profile
  const hidden = addresses.filter(address => address.hidden).map(oneLine)
  return {
    ...kept,
    id,
    preferredName: preferredName ?? '',
    ...inLatin(kept.givenNames, kept.familyName, preferredName ?? ''),
    phones: phones.map(phone => exportedPhone(phone, country)),
    addresses: givenOut(addresses).map(oneLine),
    ...(withHidden && hidden.length > 0 ? { hiddenAddresses: hidden } : {}),
    contacts: contacts.map(contact => exportedContact(contact, country, withHidden)),
  }
}

/** The viewer itself reads Latin, Cyrillic and Greek letters; it has no table of all the others. */
const inLatin = (...names: string[]): { latinName?: string } => {
  const name = names.join(' ')
  const foreign = /[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Common}\p{Script=Inherited}]/u.test(
    name,
  )
  return foreign ? { latinName: fold(name) } : {}
}

/** As it stands now, and with its country's code: the file may be opened anywhere. */
const exportedPhone = <Phone extends RecordedPhone>(phone: Phone, country: CountryCode) => {
  const { extension, ...reading } = showPhone(phone, country, true)
  return { ...phone, ...reading, ...(extension ? { extension } : {}) }
}

const oneLine = ({ line, postalCode, city, region, country }: ReadClient['profile']['addresses'][number]) =>
  [line, [postalCode, city].filter(Boolean).join(' '), region, country].filter(Boolean).join(', ')

const exportedContact = (
  { id: _, addressHidden, ...contact }: EmergencyContact,
  country: CountryCode,
  withHidden: boolean,
): ExportedContact => ({
  ...contact,
  ...inLatin(contact.name),
  relationshipText: contact.relationshipText ?? '',
  phones: contact.phones.map(phone => ({ ...exportedPhone(phone, country), hours: phone.hours ?? '' })),
  email: contact.email ?? '',
  address: addressGivenOut({ address: contact.address, addressHidden: addressHidden ?? false }) ?? '',
  ...(withHidden && addressHidden && contact.address ? { hiddenAddress: contact.address } : {}),
  language: contact.language ?? '',
  tellNote: contact.tellNote ?? '',
})
