import { createHash } from 'node:crypto'

/** What the product keeps of a client; people of the benchmark have nothing else. */
export type Person = {
  id: string
  givenNames: string
  familyName: string
  birthDate: string
  phone: string
  contacts: { id: string; name: string; phone: string; relationship: string }[]
}

const given = (
  'Anna Maria Katarzyna Małgorzata Agnieszka Krystyna Barbara Ewa Elżbieta Zofia Teresa Magdalena Joanna Janina Monika Danuta ' +
  'Jadwiga Aleksandra Halina Irena Łucja Wanda Stanisława Żaneta Jan Andrzej Piotr Krzysztof Stanisław Tomasz Paweł Józef ' +
  'Marcin Marek Michał Grzegorz Jerzy Tadeusz Adam Łukasz Zbigniew Ryszard Dariusz Henryk Mariusz Kazimierz Wojciech Robert ' +
  'Świętosław Oliver George Arthur Noah Muhammad Leo Amelia Olivia Isla Charlotte Grace William Emily Jack Sophie Thomas'
).split(' ')
const stems = (
  'Kowal Nowa Wiśniew Wójci Kamiń Lewandow Zieliń Szymań Woźnia Dąbrow Kozłow Jankow Mazur Wojciechow Kwiatkow Krawcz Kaczmar ' +
  'Piotrow Grabow Pawłow Michal Król Wróblew Jabłoń Wieczor Nowakow Majew Olszew Stępień Jaworow Malinow Adamcz Dud Pawlak ' +
  'Górsk Nowick Sikor Witkow Rutkow Walcz Baran Michalak Szewcz Ostrow Tomasz Pietrz Marciniak Wróbel Zalew Jakub Jasiń ' +
  'Zawadz Sadow Bąk Chmielew Włodarcz Borkow Czarneck Sawick Sokołow Urbań Kubiak Maciejew Szczepań Kucharsk Wilk Kalinow ' +
  'Lis Mazurk Wysoc Adamsk Kaźmierczak Wasilew Sobczak Czerwiń Andrzej Cieślak Głowack Zakrzew Kołodziej Sikorsk Krajew ' +
  'Gajew Szymcz Szulc Baranow Laskow Brzeziń Makow Ziół Przybyl Domań Nowacz Błaszcz Borow Chojnack Ciesiel Mróz Smith ' +
  'Jones Taylor Brown William Wilson Johnson Davie Robinson Wright Thompson Evan Walker White Robert Green Hall Wood Jackson ' +
  'Clark Harri Edward Turner Martin Cooper Hill Ward Hughe Moor Lew Bak Harrison Young Allen Mitchell Anderson Phillip'
).split(' ')
const endings =
  'ski ska icz czyk ak ek ik owski owska iński ińska ewicz owicz uk eńko ko yk ała y on er ton son man'.split(' ')
const relationships = ['SPS', 'CHILD', 'SIB', 'FRND', 'NBOR']

/** Person number `index` of a seeded world: always the same, without the ones before. */
export const personAt = (seed: number, index: number): Person => {
  const next = random(seed * 1_000_003 + index)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!
  const name = () => `${pick(stems)}${pick(endings)}`
  const phone = () => `+48${500_000_000 + Math.floor(next() * 399_999_999)}`
  const two = (number: number) => String(number).padStart(2, '0')
  return {
    id: idOf(`client ${seed} ${index}`),
    givenNames: next() < 0.2 ? `${pick(given)} ${pick(given)}` : pick(given),
    familyName: next() < 0.08 ? `${name()}-${name()}` : name(),
    birthDate: `${1930 + Math.floor(next() * 90)}-${two(1 + Math.floor(next() * 12))}-${two(1 + Math.floor(next() * 28))}`,
    phone: phone(),
    contacts: [1, 2].map(rank => ({
      id: idOf(`contact ${seed} ${index} ${rank}`),
      name: `${pick(given)} ${name()}`,
      phone: phone(),
      relationship: pick(relationships),
    })),
  }
}

const typed = (phone: string) => phone.slice(3).replace(/(\d{3})(?=\d)/g, '$1 ')

export const profileOf = ({ givenNames, familyName, birthDate, phone }: Person, fileNumber: string) => ({
  fileNumber,
  givenNames,
  familyName,
  preferredName: null,
  birthDate,
  deceasedOn: null,
  gender: 'unknown' as const,
  languages: ['pl'],
  interpreterNeeded: false,
  phones: [{ type: 'mobile' as const, number: phone, typed: typed(phone) }],
  emails: [],
  addresses: [
    {
      use: 'home' as const,
      line: 'ul. Długa 12 m. 4',
      postalCode: '00-238',
      city: 'Warszawa',
      region: null,
      country: null,
    },
  ],
  alerts: [],
  notes: null,
})

export const contactProfileOf = ({ name, phone, relationship }: Person['contacts'][number]) => ({
  name,
  relationship,
  relationshipText: null,
  phones: [{ type: 'mobile' as const, number: phone, typed: typed(phone), hours: null }],
  email: null,
  address: null,
  language: 'pl',
  mayBeTold: true,
  tellNote: null,
  lastConfirmedOn: '2026-05-04',
})

/** Numbers from 0 to 1 that the seed alone decides (mulberry32). */
export const random = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const idOf = (text: string) => {
  const hash = createHash('sha256').update(text).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
