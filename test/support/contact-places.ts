import { randomUUID } from 'node:crypto'
import type { Actor } from '../../src/platform/actor.ts'
import { loadTranslations, type Language } from '../../src/platform/i18n/translations.ts'
import type { RecordedRules, Rule } from '../../src/safe-to-contact/rules.ts'
import { ruleWords, sayRule } from '../../src/safe-to-contact/words.ts'
import { profile } from './clients.ts'
import { cardInViewer, exportedAs, inFhir, inJson, unfolded } from './exported-places.ts'
import { startOstoja, type Ostoja } from './ostoja.ts'
import { fetchPdf } from './sealed-files.ts'
import type { Visitor } from './visitor.ts'
import { contactProfile } from './world.ts'

/** Two numbers of the client and two of a contact, which between them have every rule, no two of them alike. */
export const rulesIn: Record<'client' | 'contact', RecordedRules[]> = {
  client: [
    {
      voicemail: 'not_allowed',
      text: 'not_allowed',
      knownBy: 'mąż Zenon',
      doNotCallBetween: [{ from: '22:00', to: '06:30' }],
      reachable: [{ daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '16:00' }],
      wrongSince: '2026-11-02',
    },
    { voicemail: 'allowed', text: 'allowed' },
  ],
  contact: [
    {
      voicemail: 'not_allowed',
      text: 'not_allowed',
      knownBy: 'teściowa Ida',
      doNotCallBetween: [{ from: '21:00', to: '05:30' }],
      reachable: [{ daysOfWeek: ['sat'], from: '09:00', to: '12:00' }],
      wrongSince: '2026-11-03',
    },
    { voicemail: 'allowed', text: 'allowed' },
  ],
}
export const addresses = {
  client: { hidden: 'ul. Ukryta 7', open: 'ul. Jawna 1' },
  contact: { hidden: 'ul. Schowana 9', open: 'ul. Widoczna 3' },
}

export type Sample = {
  ostoja: Ostoja
  actor: Actor
  visitor: Visitor
  clientId: string
  contactId: string
  groupId: string
  threadId: string
}
type Reading = { text: string; language: Language }

/** A place where somebody sees how to reach a client or a contact. */
export type Place = {
  /** The files that make it: a new file that reads numbers has to be named by a place, or in `notPlaces`. */
  files: string[]
  of: ('client' | 'contact')[]
  read: (sample: Sample) => Promise<Reading>
  /** 'first': a list shows one number of each. */
  phones?: 'first'
  /** Whether addresses that may be given out are shown. */
  addresses?: boolean
  /** The record itself shows a hidden address, marked as one; no other place shows it. */
  isRecord?: boolean
  /** How the place tells a rule, where it is not the sentence of safe-to-contact/words.ts. */
  tell?: (rule: Rule) => string | RegExp
}

const page =
  (path: (sample: Sample) => string) =>
  async (sample: Sample): Promise<Reading> => {
    const { status, text } = await sample.visitor.get(path(sample))
    // A page that is not there shows no hidden address either.
    if (status !== 200) throw new Error(`${path(sample)} answered ${status}`)
    return readable(text)
  }

/** The page as it is, for places that tell rules by what their fields hold. */
const markup =
  (path: (sample: Sample) => string) =>
  async (sample: Sample): Promise<Reading> => ({
    text: (await sample.visitor.get(path(sample))).text,
    language: 'en',
  })

const pdf = async ({ visitor }: Sample, path: string): Promise<Reading> => ({
  text: (await fetchPdf(visitor, path)).text,
  language: 'en',
})

const search = async ({ visitor }: Sample): Promise<Reading> => {
  const answer = await visitor.post('/searches', { query: 'Nowak' }, '/clients')
  return readable((await visitor.get(String(answer.headers.location))).text)
}

const exported =
  (name: Parameters<typeof exportedAs>[2], asRead = (text: string) => text) =>
  async ({ ostoja, actor }: Sample): Promise<Reading> => ({
    text: asRead(await exportedAs(ostoja, actor, name)),
    language: 'en',
  })
const inWords = (rule: Rule) => sayRule(words.en, rule)

/** Every place; add yours here. */
export const places: Record<string, Place> = {
  'record page': {
    files: ['views/clients/facts.ejs', 'views/emergency-contacts/contact.ejs'],
    of: ['client', 'contact'],
    read: page(({ clientId }) => `/clients/${clientId}`),
    addresses: true,
    isRecord: true,
  },
  'record on paper': {
    files: [],
    of: ['client', 'contact'],
    read: page(({ clientId }) => `/clients/${clientId}/print`),
    addresses: true,
  },
  'history of the record': {
    files: ['src/features/clients/words.ts'],
    of: ['client'],
    read: page(({ clientId }) => `/clients/${clientId}/history`),
    isRecord: true,
  },
  'history of the contacts': {
    files: ['src/features/emergency-contacts/words.ts'],
    of: ['contact'],
    read: page(({ clientId }) => `/clients/${clientId}/contact-history`),
    isRecord: true,
  },
  'emergency card': {
    files: [
      'src/features/emergency-cards/card.ts',
      'views/emergency-cards/contact.ejs',
      'views/emergency-cards/phone.ejs',
    ],
    of: ['client', 'contact'],
    read: page(({ clientId }) => `/clients/${clientId}/card`),
    addresses: true,
  },
  'emergency sheet': {
    files: [
      'src/features/emergency-sheets/said.ts',
      'views/emergency-sheets/sheet.ejs',
      'views/emergency-sheets/phone.ejs',
    ],
    of: ['client', 'contact'],
    read: page(({ clientId }) => `/clients/${clientId}/sheet`),
    addresses: true,
  },
  'emergency sheets of a group': {
    files: [],
    of: ['client', 'contact'],
    read: page(({ groupId }) => `/groups/${groupId}/sheet`),
    addresses: true,
  },
  'emergency sheet for whoever only calls': {
    files: [],
    of: ['client', 'contact'],
    read: page(({ clientId }) => `/clients/${clientId}/sheet?for=caller`),
  },
  'emergency sheet as PDF for whoever only calls': {
    files: [],
    of: ['client', 'contact'],
    read: sample => pdf(sample, `/clients/${sample.clientId}/sheet.pdf?for=caller`),
  },
  'emergency sheet as PDF': {
    files: ['src/features/emergency-sheets/pdf.ts'],
    of: ['client', 'contact'],
    read: sample => pdf(sample, `/clients/${sample.clientId}/sheet.pdf`),
    addresses: true,
  },
  'emergency sheets of a group as PDF': {
    files: [],
    of: ['client', 'contact'],
    read: sample => pdf(sample, `/groups/${sample.groupId}/sheet.pdf`),
    addresses: true,
  },
  'list of clients': {
    files: ['views/clients/rows.ejs'],
    of: ['client'],
    read: page(() => '/clients'),
    phones: 'first',
  },
  'clients of a letter': { files: [], of: ['client'], read: page(() => '/clients/letter/n'), phones: 'first' },
  'search results': { files: [], of: ['client'], read: search, phones: 'first' },
  'clients of a group': {
    files: [],
    of: ['client'],
    read: page(({ groupId }) => `/groups/${groupId}`),
    phones: 'first',
  },
  'contacts to confirm': {
    files: ['views/emergency-contacts/to-confirm.ejs'],
    of: ['contact'],
    read: page(() => '/contacts-to-confirm'),
    isRecord: true,
  },
  'messages about a client': {
    files: ['views/messages/whom-to-call.ejs'],
    of: ['contact'],
    read: page(({ threadId }) => `/messages/${threadId}`),
  },
  'export: card in the viewer': {
    files: ['src/browser/viewer/numbers.ts', 'src/browser/viewer/person-card.ts'],
    of: ['client', 'contact'],
    read: async ({ ostoja, actor }) => ({ text: await cardInViewer(ostoja, actor), language: 'en' }),
    addresses: true,
    // The viewer writes days in a longer way.
    tell: rule => (rule.code === 'wrong-number' ? /Wrong number, since \d+ \p{L}+ \d{4}/gu : inWords(rule)),
  },
  'export: what the viewer reads': {
    files: ['src/composition/emergency-export.ts'],
    of: ['client', 'contact'],
    read: exported('viewer'),
    addresses: true,
    tell: inJson,
  },
  'export: FHIR': {
    files: ['src/features/exports/formats/fhir.ts', 'src/features/exports/formats/fhir-phones.ts'],
    of: ['client', 'contact'],
    read: exported('fhir', text => JSON.stringify(JSON.parse(text))),
    addresses: true,
    tell: inFhir,
  },
  'export: table': {
    files: ['src/features/exports/formats/csv.ts'],
    of: ['client', 'contact'],
    read: exported('csv'),
    addresses: true,
    tell: inWords,
  },
  'export: address book': {
    files: ['src/features/exports/formats/vcard.ts'],
    of: ['client', 'contact'],
    read: exported('vcard', unfolded),
    addresses: true,
    tell: inWords,
  },
  'form of a client': {
    files: ['views/clients/form.ejs', 'src/features/clients/form-values.ts'],
    of: ['client'],
    read: markup(({ clientId }) => `/clients/${clientId}/edit`),
    tell: byField,
    isRecord: true,
  },
  'form of a contact': {
    files: ['views/emergency-contacts/fields.ejs', 'src/features/emergency-contacts/schema.ts'],
    of: ['contact'],
    read: markup(({ clientId, contactId }) => `/clients/${clientId}/contacts/${contactId}/edit`),
    tell: byField,
    isRecord: true,
  },
}

/** Files that read numbers and show nobody any; each says why. */
export const notPlaces: Record<string, string> = {
  'src/browser/viewer/entries.ts': 'looks numbers up',
  'src/composition/drills.ts': 'asks for a number of a person to be found; never for a rule',
  'src/demonstration/demonstration.ts': 'invents people',
  'src/demonstration/safe-to-contact.ts': 'invents rules',
  'src/features/clients/sealing.ts': 'notes whether a number is wrong',
  'src/features/clients/search/index-words.ts': 'looks numbers up',
  'src/features/clients/search/match.ts': 'looks numbers up',
  'src/features/clients/wrong-numbers.ts': 'marks a wrong number',
  'src/features/emergency-cards/emergency-cards.ts': 'checks that a number that was called is in the record',
  'src/features/emergency-contacts/changes.ts': 'marks and confirms numbers',
  'src/features/emergency-contacts/contact-records.ts': 'notes whether a number is wrong',
  'src/features/emergency-contacts/emergency-contacts.ts': 'hands contacts to pages',
  'src/features/imports/columns/limits.ts': 'checks what a spreadsheet brings, which has no rules',
  'src/features/imports/columns/profile.ts': 'lays a spreadsheet over a record, whose rules stay',
  'src/features/imports/columns/read-row.ts': 'reads a spreadsheet',
  'src/features/imports/presentation.ts':
    'shows what a spreadsheet changes: numbers it adds, never a rule or an address of the record',
  'src/features/restricted-records/break-glass/matching.ts': 'looks a number up, and shows none',
  'src/http/page-locals.ts': 'gives pages the sentences',
  'src/platform/text/phone.ts': 'reads what was typed',
  'views/emergency-cards/outcome.ejs': 'asks which of the numbers above it was called',
  'views/emergency-contacts/confirm-now.ejs': 'asks whether the numbers above it are right',
  'views/emergency-contacts/no-phone.ejs': 'says that there is no number yet',
  'views/emergency-contacts/trouble.ejs': 'says what somebody else changed in the form that is open',
  'views/safe-to-contact/rules.ejs': 'is how the places tell rules',
}

/** The words in which a place tells a rule. */
export const told = (place: Place, rule: Rule, language: Language): string | RegExp =>
  place.tell?.(rule) ?? sayRule(words[language], rule, day => formats[language].format(new Date(day)))

/** One client and one contact with every rule, and a second client whose contact may be visited. */
export const preparePlaces = async (): Promise<Sample> => {
  const ostoja = await startOstoja()
  const { clients, emergencyContacts, groups, messages, db } = ostoja.features
  const tenantId = await ostoja.newTenant()
  const visitor = await ostoja.signedIn(tenantId, ['staff'])
  const actor: Actor = { tenantId, accountId: visitor.account.id, roles: ['staff'] }
  const clientId = randomUUID()
  const contactId = randomUUID()
  const groupId = randomUUID()
  const number = (end: number, rules: RecordedRules) =>
    ({ type: 'mobile', number: `+4850000012${end}`, typed: `500 000 12${end}`, ...rules }) as const
  const place = { use: 'home', postalCode: null, city: null, region: null, country: null } as const
  const before = profile({ familyName: 'Nowak' })
  await clients.create(actor, clientId, before)
  await clients.amend(actor, clientId, 1, {
    ...before,
    fileNumber: '',
    phones: rulesIn.client.map((rules, index) => number(index, rules)),
    addresses: [
      { ...place, line: addresses.client.hidden, hidden: true },
      { ...place, line: addresses.client.open },
    ],
  })
  const phones = rulesIn.contact.map((rules, index) => ({ ...number(index + 4, rules), hours: null }))
  const contact = { ...contactProfile, phones, address: addresses.contact.hidden, addressHidden: true }
  await emergencyContacts.add(actor, clientId, contactId, contact)
  await emergencyContacts.add(actor, clientId, randomUUID(), { ...contactProfile, address: addresses.contact.open })
  await groups.create(actor, { id: groupId, name: 'Nocny dyżur' })
  await db.asTenant(actor, trx => groups.keep(trx, actor, clientId, [groupId]))
  const threadId = randomUUID()
  const { id: colleague } = await ostoja.newAccount(tenantId, ['staff'])
  const sending = await messages.start(
    actor,
    { thread: threadId, message: randomUUID(), client: clientId },
    { to: { accounts: [colleague], roles: [] }, subject: 'Po wizycie', text: 'Proszę oddzwonić.', urgent: false },
  )
  if (sending !== 'sent') throw new Error(`The message was not sent: ${sending}`)
  return { ostoja, actor, visitor, clientId, contactId, groupId, threadId }
}

const translations = loadTranslations()
const words = { pl: ruleWords(translations.to('pl')), en: ruleWords(translations.to('en')) }
const asWritten = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const
const formats = { pl: new Intl.DateTimeFormat('pl-PL', asWritten), en: new Intl.DateTimeFormat('en-GB', asWritten) }

/** What a reader of a page reads. */
const readable = (html: string): Reading => ({
  language: /<html lang="pl"/.test(html) ? 'pl' : 'en',
  text: html
    .replaceAll(/<(script|style|head)[\s\S]*?<\/\1>/g, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&#34;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' '),
})

/** A form tells a rule by the field that holds it. */
function byField(rule: Rule): RegExp {
  const field = (name: string, value: string) => new RegExp(`\\[${name}\\]"[^<>]*value="${value}"`, 'g')
  const chosen = (name: string, value: string) =>
    new RegExp(`\\[${name}\\]"(?:(?!</select>)[\\s\\S])*?<option value="${value}" selected`, 'g')
  switch (rule.code) {
    case 'voicemail-allowed':
    case 'text-allowed':
      return chosen(rule.code.split('-')[0]!, 'allowed')
    case 'voicemail-not-allowed':
    case 'text-not-allowed':
      return chosen(rule.code.split('-')[0]!, 'not_allowed')
    case 'known-by':
      return field('knownBy', rule.who)
    case 'do-not-call':
      return field('doNotCallBetween\\]\\[0\\]\\[from', rule.between.from)
    case 'reachable':
      return field('reachable\\]\\[0\\]\\[to', rule.times[0]!.to)
    case 'wrong-number':
      return new RegExp(`\\[wrongSince\\]"\\s+value="${rule.since}"\\s+checked`, 'g')
  }
}
