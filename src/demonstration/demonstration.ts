import { randomUUID } from 'node:crypto'
import type { Features } from '../composition.ts'
import { installationId, systemActor, type Actor, type Role } from '../platform/actor.ts'
import type { Language } from '../platform/i18n/translations.ts'
import { dayIn } from '../platform/time/wall-clock.ts'
import { createTalks } from './messages.ts'
import { createRestrictedRecord } from './restricted-records.ts'
import { createCalls, createGroups, ownRules, rulesOf } from './safe-to-contact.ts'
import { alerts, cities, hours, mobileNumber, names, notes, streets, telling } from './people.ts'

export type DemonstrationAccount = { tenant: string; role: string; login: string; password: string }

const organisations = [
  { name: 'Schronisko Przystań', language: 'pl', people: ['Anna Nowicka', 'Marek Lis', 'Ewa Król'] },
  { name: 'Harbour Home Care', language: 'en', people: ['Grace Miller', 'Daniel Reed', 'Susan Clarke'] },
] as const satisfies { name: string; language: Language; people: string[] }[]

const posts: Role[] = ['staff', 'administrator', 'security_officer']
const clientsEach = 48

/**
 * Two organisations, one Polish and one English, with an account for each role, clients and their emergency contacts, and
 * an operator. Everybody is invented, and the same each time but for the passwords.
 * @returns who can sign in, with passwords that are written nowhere else
 */
export const createDemonstration = async (features: Features): Promise<DemonstrationAccount[]> => {
  await features.tenants.prepareInstallation()
  const { id: _, ...operator } = await createAccount(
    features,
    'Ostoja',
    installationId,
    'operator',
    'Ostoja Operator',
    'pl',
  )
  const accounts: DemonstrationAccount[] = []
  for (const { name, language, people } of organisations) {
    const tenantId = await features.tenants.create(name, language, language === 'en' ? 'GB' : 'PL')
    const actors: Actor[] = []
    for (const [index, role] of posts.entries()) {
      const { id, ...account } = await createAccount(features, name, tenantId, role, people[index] ?? '', language)
      accounts.push(account)
      actors.push({ tenantId, accountId: id, roles: [role] })
    }
    const lastClient = await createClients(features, systemActor(tenantId), language)
    const [staff, administrator, officer] = actors as [Actor, Actor, Actor]
    await createTalks(features, { staff, administrator, officer }, lastClient, language)
    await createRestrictedRecord(features, { staff, officer }, language)
    // What the officer finds unusual: paper leaves the house.
    await features.clients.print(staff, lastClient)
    await features.log.unusual.look(tenantId)
  }
  return [...accounts, operator]
}

const createAccount = async (
  { accounts }: Features,
  tenant: string,
  tenantId: string,
  role: Role,
  person: string,
  language: Language,
) => {
  const [givenName = '', familyName = ''] = person.split(' ')
  const { id, login, password } = await accounts.create(systemActor(tenantId), {
    givenName,
    familyName,
    email: null,
    roles: [role],
    language,
    mustChangePassword: false,
  })
  return { id, tenant, role, login, password }
}

/** @returns the id of the client made last, who stands first in the list */
const createClients = async (features: Features, actor: Actor, language: Language): Promise<string> => {
  const { clients, emergencyContacts } = features
  const groupIds = await createGroups(features, actor, language)
  let last = ''
  for (let turn = 0; turn < clientsEach; turn++) {
    const id = randomUUID()
    last = id
    const person = personOf(language, turn)
    const groups = turn % 4 === 3 ? [] : [groupIds[turn % groupIds.length]!]
    await clients.create(actor, id, clientOf(language, turn, person), groups)
    const contactIds: string[] = []
    for (let contact = 0; contact < [3, 2, 1, 2, 0][turn % 5]!; contact++) {
      const contactId = randomUUID()
      contactIds.push(contactId)
      await emergencyContacts.add(actor, id, contactId, contactOf(language, turn, contact))
    }
    await createCalls(features, actor, language, turn, id, contactIds)
  }
  return last
}

const personOf = (language: Language, turn: number, family = familyOf(language, turn)) => {
  const { female, male } = names[language]
  const gender = turn % 2 ? 'male' : 'female'
  return {
    gender,
    givenNames: of(gender === 'male' ? male : female, Math.floor(turn / 2)),
    familyName: family[gender],
  } as const
}

const familyOf = (language: Language, turn: number) => of(names[language].families, turn * 7 + Math.floor(turn / 11))

const clientOf = (language: Language, turn: number, person: ReturnType<typeof personOf>) => {
  const number = mobileNumber(language, turn)
  return {
    ...person,
    fileNumber: '',
    preferredName: null,
    birthDate: `${1931 + ((turn * 13) % 72)}-${twoDigits(1 + ((turn * 5) % 12))}-${twoDigits(1 + ((turn * 11) % 28))}`,
    deceasedOn: null,
    languages: /\p{Script=Cyrillic}/u.test(person.familyName + person.givenNames) ? ['uk', language] : [language],
    interpreterNeeded: /\p{Script=Cyrillic}/u.test(person.givenNames),
    phones: turn % 6 === 5 ? [] : [{ type: 'mobile', number, typed: number, ...ownRules(language, turn) } as const],
    emails: [],
    addresses: [
      {
        use: 'home',
        line: of(streets[language], turn),
        ...of(cities[language], turn),
        region: null,
        ...(turn % 5 === 0 ? { hidden: true } : {}),
      } as const,
    ],
    alerts: turn % 3 === 0 ? [of(alerts[language], turn / 3)] : [],
    notes: turn % 4 === 1 ? of(notes[language], turn) : null,
  }
}

/** The first to call is a relative, the others are not. */
const relatives = { female: ['DAUC', 'SIS'], male: ['SONC', 'BRO'] } as const
const others = ['NBOR', 'FRND', 'CAREGIVER', 'GUARD'] as const

const contactOf = (language: Language, turn: number, contact: number) => {
  const person = personOf(language, turn * 3 + contact + 5, contact === 0 ? familyOf(language, turn) : undefined)
  const number = mobileNumber(language, 100 + turn * 3 + contact)
  const mayBeTold = (turn + contact) % 4 !== 3
  return {
    name: `${person.givenNames} ${person.familyName}`,
    relationship: contact === 0 ? of(relatives[person.gender], turn) : of(others, turn + contact),
    relationshipText: null,
    phones: [
      {
        type: contact === 1 ? 'work' : 'mobile',
        number,
        typed: number,
        hours: of(hours[language], turn + contact),
        ...rulesOf(language, turn + contact),
      } as const,
    ],
    email: null,
    address: null,
    language,
    mayBeTold,
    tellNote: mayBeTold ? null : telling[language],
    lastConfirmedOn: daysAgo((turn * 9 + contact * 40) % 300),
  }
}

const of = <Item>(items: readonly Item[], turn: number): Item => items[turn % items.length]!
const twoDigits = (value: number) => String(value).padStart(2, '0')
const daysAgo = (days: number) => dayIn(new Date(Date.now() - days * 86_400_000), 'Europe/Warsaw')
