import { createHash } from 'node:crypto'
import type { ExportedClient, ExportedContact, ExportManifest } from '../exported-client.ts'
import { fullName, relationshipSaid, type Format } from './format.ts'
import { contactPoint } from './fhir-phones.ts'
import { relationshipSystem, systems } from './fhir-systems.ts'

type Language = 'pl' | 'en'

/**
 * A FHIR R4 Bundle (collection): a Patient for each client, its alerts as Flag, its emergency contacts as RelatedPerson in
 * the order in which to call them (https://hl7.org/fhir/R4/). An entry a line.
 */
export const fhirFormat = (manifest: ExportManifest, language: Language): Format => {
  const words = manifest.vocabulary[language]
  return {
    begin: () => {
      const { exportId, createdAt, openingCode } = manifest
      const head = {
        resourceType: 'Bundle',
        id: exportId,
        meta: { tag: [{ system: systems.openingCode, code: openingCode }] },
        language,
        identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${exportId}` },
        type: 'collection',
        timestamp: createdAt,
      }
      return `${JSON.stringify(head).slice(0, -1)},"entry":[`
    },
    client: (client, index) => {
      const resources = [
        patient(client),
        ...client.alerts.map((alert, at) => flag(client, alert, at)),
        ...client.contacts.map(contact => relatedPerson(client, contact, words.relationship)),
      ]
      const entries = resources.map(resource => JSON.stringify({ fullUrl: `urn:uuid:${resource.id}`, resource }))
      return `${index === 0 ? '' : ','}\n${entries.join(',\n')}`
    },
    end: () => '\n]}\n',
  }
}

const patient = (client: ExportedClient) => ({
  resourceType: 'Patient',
  id: client.id,
  ...(client.interpreterNeeded ? { extension: [{ url: systems.interpreter, valueBoolean: true }] } : {}),
  ...some('identifier', client.fileNumber ? [{ system: systems.fileNumber, value: client.fileNumber }] : []),
  active: true,
  name: [
    {
      use: 'official',
      text: fullName(client),
      ...(client.familyName ? { family: client.familyName } : {}),
      ...some('given', client.givenNames.split(/\s+/).filter(Boolean)),
    },
    ...(client.preferredName ? [{ use: 'usual', text: client.preferredName }] : []),
  ],
  ...some('telecom', [
    ...client.phones.map((phone, at) => contactPoint(phone, at + 1)),
    ...client.emails.map(value => ({ system: 'email', value })),
  ]),
  gender: client.gender,
  ...(client.birthDate ? { birthDate: client.birthDate } : {}),
  ...(client.deceasedOn ? { deceasedDateTime: client.deceasedOn } : {}),
  ...some('address', [
    ...client.addresses.map(text => ({ text })),
    ...(client.hiddenAddresses ?? []).map(hiddenAddress),
  ]),
  ...some(
    'communication',
    client.languages.map((code, at) => ({ language: inLanguage(code), ...(at === 0 ? { preferred: true } : {}) })),
  ),
})

const flag = (client: ExportedClient, text: string, at: number) => ({
  resourceType: 'Flag',
  id: idFrom(client.id, 'alert', at),
  status: 'active',
  category: [{ coding: [{ system: systems.flagCategory, code: 'safety' }] }],
  code: { text },
  subject: { reference: `urn:uuid:${client.id}` },
})

const relatedPerson = (
  client: ExportedClient,
  contact: ExportedContact,
  relationships: Readonly<Record<string, string>>,
) => ({
  resourceType: 'RelatedPerson',
  id: idFrom(client.id, 'contact', contact.rank),
  extension: [
    { url: systems.callOrder, valuePositiveInt: contact.rank },
    { url: systems.mayBeTold, valueBoolean: contact.mayBeTold },
    ...(contact.tellNote ? [{ url: systems.tellNote, valueString: contact.tellNote }] : []),
    ...(contact.lastConfirmedOn ? [{ url: systems.confirmedOn, valueDate: contact.lastConfirmedOn }] : []),
  ],
  active: true,
  patient: { reference: `urn:uuid:${client.id}` },
  relationship: [
    {
      coding: [{ system: relationshipSystem(contact.relationship), code: contact.relationship }],
      text: relationshipSaid(contact, relationships),
    },
    // In the words of HL7: the emergency contact.
    ...(contact.relationship === 'C' ? [] : [{ coding: [{ system: systems.contactRole, code: 'C' }] }]),
  ],
  name: [{ text: contact.name }],
  ...some('telecom', [
    ...contact.phones.map((phone, at) => contactPoint(phone, at + 1)),
    ...(contact.email ? [{ system: 'email', value: contact.email }] : []),
  ]),
  ...some('address', [
    ...(contact.address ? [{ text: contact.address }] : []),
    ...(contact.hiddenAddress ? [hiddenAddress(contact.hiddenAddress)] : []),
  ]),
  ...some('communication', contact.language ? [{ language: inLanguage(contact.language), preferred: true }] : []),
})

/** Marked, so that whoever takes it over knows that it must not be given out. */
const hiddenAddress = (text: string) => ({ extension: [{ url: systems.hidden, valueBoolean: true }], text })

const inLanguage = (code: string) => ({ coding: [{ system: systems.language, code }] })

/** FHIR forbids an empty list: a property is there with something in it, or not at all. */
const some = <Name extends string, Value>(name: Name, values: readonly Value[]) =>
  (values.length > 0 ? { [name]: values } : {}) as Partial<Record<Name, readonly Value[]>>

/** The same id for the same thing in every export, in the shape of a UUID (version 8: one's own making). */
const idFrom = (clientId: string, what: string, at: number) => {
  const hex = createHash('sha256').update(`${clientId}|${what}|${at}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
