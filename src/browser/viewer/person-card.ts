import type {
  ExportedClient,
  ExportedContact,
  ExportedContactPhone,
  ExportManifest,
} from '../../features/exports/index.ts'
import { h, icon } from './dom.ts'
import { digitsOf } from './fold.ts'
import { currentLanguage, formatDay, languageName, t, yearsSince } from './words.ts'

/** One person: who it is, what to mind, and whom to call, in order. */
export const personCard = (client: ExportedClient, manifest: ExportManifest, onPrint: () => void, onBack: () => void) =>
  h(
    'article',
    { class: 'person' },
    h(
      'div',
      { class: 'person-tools' },
      h('button', { type: 'button', class: 'back', onclick: onBack }, icon('arrow'), t('person.back')),
      h('button', { type: 'button', onclick: onPrint }, icon('print'), t('print.one')),
    ),
    ...personParts(client, manifest, 'h1'),
  )

/** The same parts on the screen and on paper; paper has many people under one heading. */
export const personParts = (client: ExportedClient, { vocabulary }: ExportManifest, heading: 'h1' | 'h2') => {
  const words = vocabulary[currentLanguage()]
  const phoneType = (code: string) => words.phoneType[code] ?? code
  return [
    h(heading, { tabindex: '-1', dir: 'auto' }, spokenName(client)),
    client.preferredName !== '' &&
      h('p', { class: 'preferred', dir: 'auto' }, t('person.preferred', { name: client.preferredName })),
    client.deceasedOn !== null &&
      h('p', { class: 'deceased' }, t('person.deceased', { date: formatDay(client.deceasedOn) })),
    facts([
      [t('person.birthDate'), client.birthDate && born(client)],
      [t('person.fileNumber'), client.fileNumber],
      [t('person.gender'), words.gender[client.gender] ?? client.gender],
      [t('person.languages'), client.languages.map(languageName).join(', ')],
    ]),
    client.interpreterNeeded && h('p', { class: 'interpreter' }, icon('talk'), t('person.interpreter')),
    client.alerts.length > 0 &&
      h(
        'div',
        { class: 'alerts' },
        h('h2', {}, icon('alert'), t('person.alerts')),
        h('ul', {}, ...client.alerts.map(alert => h('li', { dir: 'auto' }, alert))),
      ),
    h('h2', { class: 'call-title' }, t('contacts.title')),
    client.contacts.length === 0
      ? h('p', { class: 'quiet' }, t('contacts.none'))
      : h(
          'ol',
          { class: 'contacts' },
          ...inOrder(client.contacts).map(contact => contactItem(contact, words.relationship, phoneType)),
        ),
    h('h2', {}, t('person.own')),
    ownDetails(client, phoneType),
  ].filter(part => part !== false)
}

/** As one says it; lists sort by surname and put that first. */
const spokenName = ({ givenNames, familyName }: ExportedClient) => [givenNames, familyName].filter(Boolean).join(' ')

const born = ({ birthDate, deceasedOn }: ExportedClient) => {
  if (!birthDate) return ''
  const until = deceasedOn ? new Date(`${deceasedOn}T00:00:00`) : new Date()
  const years = yearsSince(birthDate, until)
  return years < 0 ? formatDay(birthDate) : `${formatDay(birthDate)} (${t('person.years', { count: years })})`
}

const inOrder = (contacts: readonly ExportedContact[]) => [...contacts].sort((a, b) => a.rank - b.rank)

const contactItem = (
  contact: ExportedContact,
  relationships: Readonly<Record<string, string>>,
  phoneType: (code: string) => string,
) => {
  const relationship = [relationships[contact.relationship] ?? contact.relationship, contact.relationshipText]
  return h(
    'li',
    { class: 'contact' },
    h('h3', { dir: 'auto' }, contact.name),
    h('p', { class: 'relationship' }, [...new Set(relationship.filter(Boolean))].join(', ')),
    mayBeTold(contact),
    contact.language !== '' &&
      h('p', { class: 'speaks' }, icon('talk'), t('contacts.language', { language: languageName(contact.language) })),
    h(
      'div',
      { class: 'numbers' },
      ...(contact.phones.length === 0
        ? [h('p', { class: 'quiet' }, t('contacts.noPhone'))]
        : contact.phones.map(phone => callLink(contact.name, phone, phoneType(phone.type)))),
    ),
    contact.email !== '' && h('p', {}, h('a', { href: `mailto:${encodeURIComponent(contact.email)}` }, contact.email)),
    contact.address !== '' && h('p', { class: 'address', dir: 'auto' }, contact.address),
    h(
      'p',
      { class: 'quiet confirmed' },
      contact.lastConfirmedOn
        ? t('contacts.confirmed', { date: formatDay(contact.lastConfirmedOn) })
        : t('contacts.neverConfirmed'),
    ),
  )
}

const mayBeTold = ({ mayBeTold: may, tellNote }: ExportedContact) =>
  h(
    'p',
    { class: may ? 'tell tell-yes' : 'tell tell-no' },
    icon(may ? 'check' : 'no'),
    h('strong', {}, t(may ? 'contacts.mayBeTold' : 'contacts.mayNotBeTold')),
    tellNote !== '' && h('span', { dir: 'auto' }, tellNote),
  )

const callLink = (name: string, phone: Omit<ExportedContactPhone, 'hours'> & { hours?: string }, type: string) => {
  const number = readable(phone)
  return h(
    'a',
    { class: 'call', href: `tel:${dialled(phone)}`, 'aria-label': t('contacts.call', { name, number }) },
    icon('call'),
    h('span', { class: 'call-number' }, number),
    h('span', { class: 'call-type' }, type),
    phone.hours ? h('span', { class: 'call-hours' }, icon('clock'), t('contacts.hours', { hours: phone.hours })) : null,
  )
}

/** What the telephone dials: E.164, or else the digits as typed, with a plus that stood in front. */
const dialled = ({ number, typed }: Pick<ExportedContactPhone, 'number' | 'typed'>) =>
  number ?? (typed.trim().startsWith('+') ? '+' : '') + digitsOf(typed)

/** E.164 in groups that can be read out; a number of another shape as somebody typed it. */
const readable = ({ number, typed }: Pick<ExportedContactPhone, 'number' | 'typed'>) => {
  const polish = /^\+48(\d{3})(\d{3})(\d{3})$/.exec(number ?? '')
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number ?? '')
  if (polish) return `+48 ${polish.slice(1).join(' ')}`
  if (american) return `+1 ${american.slice(1).join(' ')}`
  return typed.trim() || number || ''
}

const ownDetails = (client: ExportedClient, phoneType: (code: string) => string) => {
  const rows = facts([
    [t('person.addresses'), client.addresses.join('\n')],
    [t('person.emails'), client.emails.join('\n')],
  ])
  const numbers = client.phones.map(phone => callLink(spokenName(client), phone, phoneType(phone.type)))
  if (numbers.length === 0 && rows.childElementCount === 0) return h('p', { class: 'quiet' }, t('person.nothing'))
  return h('div', { class: 'own' }, numbers.length > 0 && h('div', { class: 'numbers numbers-own' }, ...numbers), rows)
}

const facts = (rows: [string, string | null][]) =>
  h(
    'dl',
    { class: 'facts' },
    ...rows.flatMap(([name, value]) =>
      value ? [h('div', {}, h('dt', {}, name), h('dd', { dir: 'auto' }, value))] : [],
    ),
  )
