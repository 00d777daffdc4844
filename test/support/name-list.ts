import { readFileSync } from 'node:fs'

export type Person = { givenNames: string; familyName: string }
export type Sought = Person & { of: string; query: string }

const data = (name: string) => readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8')

/** What is typed, and who is looked for: see test/data/README.md. */
export const sought = JSON.parse(data('names.json')) as Sought[]

const key = ({ givenNames, familyName }: Person) => `${givenNames} ${familyName}`
const distinct = (all: readonly Person[]) => [...new Map(all.map(person => [key(person), person])).values()]

/** Everybody who is looked for, once. */
export const people = distinct(sought.map(({ givenNames, familyName }) => ({ givenNames, familyName })))

const given = {
  female:
    'Maria Krystyna Anna Barbara Teresa Elżbieta Janina Zofia Jadwiga Danuta Halina Irena Ewa Małgorzata Helena Grażyna Bożena Stanisława Jolanta Marianna Urszula Wanda Alicja Dorota Agnieszka Beata Katarzyna Joanna Wiesława Renata Łucja Żaneta Czesława Genowefa Julia',
  male: 'Jan Stanisław Andrzej Józef Tadeusz Jerzy Zbigniew Krzysztof Henryk Ryszard Kazimierz Marek Marian Piotr Janusz Władysław Adam Wiesław Zdzisław Edward Mieczysław Roman Mirosław Grzegorz Czesław Dariusz Wojciech Jacek Eugeniusz Tomasz Stefan Zygmunt Leszek Bogdan Łukasz',
}
const families =
  'Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Wojciechowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Nowakowski Wieczorek Wróbel Jabłoński Dudek Adamczyk Majewski Nowicki Olszewski Stępień Jaworski Malinowski Pawlak Górski Witkowski Walczak Sikora Rutkowski Baran Michalak Szewczyk Ostrowski Tomaszewski Pietrzak Duda Zalewski Wróblewski Jasiński Marciniak Bąk Zawadzki Sadowski Jakubowski Wilk Włodarczyk Chmielewski Borkowski Sokołowski Szczepański Sawicki Lis Kucharski Mazurek Kubiak Kalinowski Wysocki Maciejewski Kołodziej Czarnecki Kaźmierczak Urban Sobczak Konieczny Głowacki Zakrzewski Krupa Wasilewski Krajewski Adamski Sikorski Laskowski Gajewski Mróz Ziółkowski Szulc Makowski Czerwiński Baranowski Brzeziński Kozak Przybylski Borowski Szymczak Kania Janik Cieślak'
const spoken = (family: string, female: boolean) => (female ? family.replace(/([sc]k|dzk)i$/, '$1a') : family)

/** The commonest Polish family names, each with a good dozen of the commonest given names. */
const polish = families.split(' ').flatMap((family, at) =>
  Object.entries(given).flatMap(([kind, names]) =>
    names
      .split(' ')
      .filter((_, place) => (place + at) % 5 === 0)
      .map(givenNames => ({ givenNames, familyName: spoken(family, kind === 'female') })),
  ),
)

/** Synthea puts a number behind each name. */
const synthetic = data('synthea-patients.csv')
  .trim()
  .split('\n')
  .slice(1)
  .map(line => line.split(','))
  .map(cells => ({ givenNames: cells[7]!.replaceAll(/\d/g, ''), familyName: cells[8]!.replaceAll(/\d/g, '') }))

const wanted = new Set(people.map(key))
/** Others among whom they are looked for. */
export const background = distinct([...polish, ...synthetic]).filter(person => !wanted.has(key(person)))

const mostLookedAt = 10

/** How many of those who are looked for are among the first ten hits, and how often somebody else is the first of all. */
export const share = (all: readonly Sought[], search: (query: string) => readonly Person[]) => {
  const missed: string[] = []
  let falseFirst = 0
  for (const wanted of all) {
    const place = search(wanted.query)
      .slice(0, mostLookedAt)
      .findIndex(hit => key(hit) === key(wanted))
    if (place < 0) missed.push(`${wanted.query}: ${key(wanted)}`)
    if (place > 0 || (place < 0 && search(wanted.query).length > 0)) falseFirst += 1
  }
  return { found: 1 - missed.length / all.length, falseFirst: falseFirst / all.length, missed }
}
