import type { ExportedClient, ExportedContact, ExportManifest } from '../../features/exports/index.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import { nextInLine, whyNobody } from '../../safe-to-contact/next-in-line.ts'
import { callability } from '../../safe-to-contact/times.ts'
import { sayNobody } from '../../safe-to-contact/words.ts'
import { h, icon } from './dom.ts'
import { numbersIn, type ShowNumber } from './numbers.ts'
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
export const personParts = (client: ExportedClient, { vocabulary, timeZone }: ExportManifest, heading: 'h1' | 'h2') => {
  const words = vocabulary[currentLanguage()]
  // On paper nothing is said of this moment: it will be another when it is read.
  const moment = heading === 'h1' ? { at: new Date(), timeZone } : null
  const number = numbersIn(words, moment)
  const candidates = moment && client.contacts.length > 0 ? candidatesOf(client.contacts, moment) : null
  const next = candidates && nextInLine(candidates, [])
  return [
    h(heading, { tabindex: '-1', dir: 'auto' }, spokenName(client)),
    client.preferredName !== '' &&
      h('p', { class: 'preferred', dir: 'auto' }, t('person.preferred', { name: client.preferredName })),
    client.deceasedOn !== null &&
      h('p', { class: 'deceased' }, t('person.deceased', { date: formatDay(client.deceasedOn) })),
    facts([
      [t('person.birthDate'), client.birthDate && born(client, timeZone)],
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
    candidates !== null &&
      next === null &&
      h('p', { class: 'nobody-now' }, icon('alert'), sayNobody(words.rules, whyNobody(candidates))),
    client.contacts.length === 0
      ? h('p', { class: 'quiet' }, t('contacts.none'))
      : h(
          'ol',
          { class: 'contacts' },
          ...inOrder(client.contacts).map(contact =>
            contactItem(contact, words.relationship, number, contact.rank === next),
          ),
        ),
    h('h2', {}, t('person.own')),
    ownDetails(client, number),
  ].filter(part => part !== false)
}

/** As one says it; lists sort by surname and put that first. */
const spokenName = ({ givenNames, familyName }: ExportedClient) => [givenNames, familyName].filter(Boolean).join(' ')

const born = ({ birthDate, deceasedOn }: ExportedClient, timeZone: string) => {
  if (!birthDate) return ''
  const years = yearsSince(birthDate, deceasedOn ?? dayIn(new Date(), timeZone))
  const about = birthDate.length < 10 ? '≈ ' : ''
  return years < 0 ? formatDay(birthDate) : `${formatDay(birthDate)} (${about}${t('person.years', { count: years })})`
}

const inOrder = (contacts: readonly ExportedContact[]) => [...contacts].sort((a, b) => a.rank - b.rank)

/** Contacts by their place, with what is known of each number now. */
const candidatesOf = (contacts: readonly ExportedContact[], { at, timeZone }: { at: Date; timeZone: string }) =>
  inOrder(contacts).map(({ rank, phones }) => ({
    id: rank,
    phones: phones.map(phone => ({ typed: phone.typed, callable: callability(phone, at, timeZone) })),
  }))

const contactItem = (
  contact: ExportedContact,
  relationships: Readonly<Record<string, string>>,
  number: ShowNumber,
  isNext: boolean,
) => {
  const relationship = [relationships[contact.relationship] ?? contact.relationship, contact.relationshipText]
  return h(
    'li',
    { class: 'contact' },
    h('h3', { dir: 'auto' }, contact.name),
    isNext && h('p', { class: 'next-in-line' }, icon('call'), t('contacts.next')),
    h('p', { class: 'relationship' }, [...new Set(relationship.filter(Boolean))].join(', ')),
    mayBeTold(contact),
    contact.language !== '' &&
      h('p', { class: 'speaks' }, icon('talk'), t('contacts.language', { language: languageName(contact.language) })),
    h(
      'div',
      { class: 'numbers' },
      ...(contact.phones.length === 0
        ? [h('p', { class: 'quiet' }, t('contacts.noPhone'))]
        : contact.phones.map(phone => number(contact.name, phone))),
    ),
    contact.email !== '' && h('p', {}, h('a', { href: `mailto:${encodeURIComponent(contact.email)}` }, contact.email)),
    contact.address !== '' && h('p', { class: 'address', dir: 'auto' }, contact.address),
    contact.hiddenAddress && hiddenAddress(contact.hiddenAddress),
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

/** There by the consent of two officers, and still not for telling. */
const hiddenAddress = (address: string) =>
  h(
    'p',
    { class: 'address hidden-address', dir: 'auto' },
    icon('alert'),
    h('strong', {}, `${t('contacts.hiddenAddress')}: `),
    h('span', {}, address),
  )

const ownDetails = (client: ExportedClient, number: ShowNumber) => {
  const rows = facts([
    [t('person.addresses'), client.addresses.join('\n')],
    [t('person.emails'), client.emails.join('\n')],
  ])
  const numbers = client.phones.map(phone => number(spokenName(client), phone))
  const hidden = (client.hiddenAddresses ?? []).map(hiddenAddress)
  if (numbers.length === 0 && rows.childElementCount === 0 && hidden.length === 0)
    return h('p', { class: 'quiet' }, t('person.nothing'))
  return h(
    'div',
    { class: 'own' },
    numbers.length > 0 && h('div', { class: 'numbers numbers-own' }, ...numbers),
    rows,
    ...hidden,
  )
}

const facts = (rows: [string, string | null][]) =>
  h(
    'dl',
    { class: 'facts' },
    ...rows.flatMap(([name, value]) =>
      value ? [h('div', {}, h('dt', {}, name), h('dd', { dir: 'auto' }, value))] : [],
    ),
  )
