import { describe, expect, it } from 'vitest'
import { createSearch } from '../../src/browser/viewer/search.ts'
import type { ClientProfile } from '../../src/features/clients/profile.ts'
import { indexWords } from '../../src/features/clients/search/index-words.ts'
import { match } from '../../src/features/clients/search/match.ts'
import { asked, queryReadings } from '../../src/features/clients/search/terms.ts'
import { readPhone } from '../../src/platform/text/phone.ts'
import { sampleClient, samplePhone } from '../support/export-samples.ts'

type Numbered = { fileNumber: string; phone: string }
const name = { givenNames: 'Zofia', familyName: 'Maj', preferredName: '', birthDate: '1950-03-12' }

const profileOf = ({ fileNumber, phone }: Numbered): ClientProfile => ({
  ...name,
  fileNumber,
  deceasedOn: null,
  gender: 'unknown',
  languages: [],
  interpreterNeeded: false,
  phones: [{ type: 'mobile', typed: phone, number: readPhone(phone, 'PL').number }],
  emails: [],
  addresses: [],
  alerts: [],
  notes: null,
})

/** As the server searches: the blind index has all that is asked for, and the opened record agrees. */
const isOnServer = (client: Numbered, query: string) => {
  const profile = profileOf(client)
  const index = indexWords(profile)
  return queryReadings(query, 'PL').some(
    terms =>
      [true, false].some(whole => asked(terms, whole).every(word => index.has(word))) && match(profile, terms) !== null,
  )
}

const exported = ({ fileNumber, phone }: Numbered) =>
  sampleClient(1, { ...name, fileNumber, phones: [samplePhone('mobile', phone)], contacts: [] })
const isInViewer = (client: Numbered, query: string) => createSearch([exported(client)])(query).length > 0

describe('a client is found by numbers on the server and in the viewer of an export', () => {
  const filed = (fileNumber: string) => ({ fileNumber, phone: '601 234 567' })
  const called = (phone: string) => ({ fileNumber: 'X', phone })

  const table: readonly [client: Numbered, found: readonly string[], passedOver: readonly string[]][] = [
    [filed('000041'), ['41', '041', '0041', '#41', '000041', 'Maj #041'], ['410', '4', '0410', '#4', 'Lis 41']],
    [filed('000041'), ['Maj 41', '41 maj', '12.03.1950 41', '41 1950'], ['Maj 42', '12.03.1951 41']],
    [filed('41'), ['000041', '0041'], ['000410']],
    [filed('000410'), ['410', '0410'], ['41']],
    [filed('OST-00012'), ['OST-12', 'OST 12', 'OST/12', 'OST00012', 'OST-00012', 'ost-012'], ['OST-13', 'OST-1']],
    [filed('OST-00012'), ['12', '0012', 'os 12', 'maj ost-12'], ['lis ost-12']],
    [filed('41/B'), ['41B', '41/B', '41 b', '41-b', '041 B'], ['41C', '42B']],
    [filed('2024/05'), ['2024-05', '202405', '2024/05', '2024 05', '2024.05', '05/2024'], ['2024-06', '202406']],
    [filed('2024/05'), ['Maj 2024-05', 'Maj 202405'], ['Lis 2024-05']],
    [filed('0012/2024'), ['0012/2024', '12/2024', '12-2024', '00122024', '122024', 'Maj 12/2024'], ['13/2024']],
    [filed('12/03/2024'), ['12/03/2024', '12-03-2024', '12032024'], ['13/03/2024']],
    [
      called('601 234 567'),
      ['601234567', '601 234 567', '601-234-567', '+48 601 234 567', '0048601234567'],
      ['602234567'],
    ],
    [called('601 234 567'), ['601 234', '601-234', '6012', '234 567', '4567'], ['601 235']],
    [called('601 234 567'), ['Maj 601234567', 'Maj 601 234 567', '601 234 567 Maj', 'Maj 601 234'], ['Nowak 601 234']],
    [
      called('601 234 567'),
      ['maj 4567', 'tel. 601 234 567', '12.03.1950 601234567', '601 234 567 wew. 12'],
      ['maj 4568'],
    ],
    // A whole number is enough, since the name may be another's who has it too.
    [called('601 234 567'), ['Nowak 601 234 567'], ['Nowak 601 234 568']],
    [called('22 621 12 34 wew. 12'), ['22 621 12 34 wew. 12', '22 621 12 34 w. 12', '22 621 12 34 ext 12'], []],
    [called('22 621 12 34 wew. 12'), ['(22) 621 12 34 x12', '+48 (0) 22 621 12 34', '022 621 12 34'], ['22 621 12 35']],
    [called('22 621 12 34 wew. 12'), ['22 621 12 34', '22 621', 'Maj 22 621 12 34 wew. 12'], ['22 622']],
  ]
  const asking = (client: Numbered, queries: readonly string[], isFound: boolean) =>
    queries.map(query => ({ ...client, query, isFound }))

  it.each(
    table.flatMap(([client, found, passedOver]) => [
      ...asking(client, found, true),
      ...asking(client, passedOver, false),
    ]),
  )('$fileNumber, $phone by $query: $isFound', ({ query, isFound, ...client }) => {
    expect({ server: isOnServer(client, query), viewer: isInViewer(client, query) }).toEqual({
      server: isFound,
      viewer: isFound,
    })
  })
})

describe('in the viewer', () => {
  const maj = exported({ fileNumber: '000041', phone: '601 234 567' })

  it.each(['22 621 12 34 wew. 12', 'Lis 22 621 12 34', 'lis 22 621', '22 621'])(
    'a client is found by a number of a contact: %s',
    query => {
      const [contact] = sampleClient(1).contacts
      const phones = [{ ...samplePhone('work', '+48 22 621 12 34'), hours: '' }]
      const contacts = [{ ...contact!, name: 'Ewa Lis', phones }]
      expect(createSearch([maj, { ...maj, contacts }])(query)).toEqual([1])
    },
  )

  it('a whole file number comes before one that begins so', () => {
    const others = ['410', '411', '000041'].map(fileNumber => ({ ...maj, fileNumber }))
    expect(createSearch(others)('41')[0]).toBe(2)
  })

  it('a word of a file number stays one beside a name that is only alike', () => {
    expect(createSearch([{ ...maj, familyName: 'Hargreaves', fileNumber: 'OST-00012' }])('Hargeaves OST-12')).toEqual([
      0,
    ])
  })
})
