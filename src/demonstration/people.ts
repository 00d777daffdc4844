import type { Language } from '../platform/i18n/translations.ts'

/** Invented people for trying Ostoja out. */
type Names = { female: string[]; male: string[]; families: { female: string; male: string }[] }

const plain = (families: string[]) => families.map(family => ({ female: family, male: family }))

export const names: Record<Language, Names> = {
  pl: {
    female: [
      'Łucja',
      'Zofia',
      'Helena',
      'Stanisława',
      'Grażyna',
      'Bożena',
      'Halina',
      'Ольга',
      'Wiesława',
      'Małgorzata',
      'Żaneta',
      'Irena',
    ],
    male: [
      'Józef',
      'Łukasz',
      'Zbigniew',
      'Kazimierz',
      'Świętosław',
      'Mieczysław',
      'Grzegorz',
      'Tadeusz',
      'Mykoła',
      'Henryk',
      'Wojciech',
      'Bogusław',
    ],
    families: [
      { female: 'Święcicka-Żak', male: 'Święcicki' },
      { female: 'Wiśniewska', male: 'Wiśniewski' },
      { female: 'Dąbrowska', male: 'Dąbrowski' },
      { female: 'Zielińska', male: 'Zieliński' },
      { female: 'Jabłońska', male: 'Jabłoński' },
      { female: 'Wróbel', male: 'Wróbel' },
      { female: 'Kaźmierczak', male: 'Kaźmierczak' },
      { female: 'Шевченко', male: 'Шевченко' },
      { female: 'Gołębiowska', male: 'Gołębiowski' },
      { female: 'Źródłowska', male: 'Źródłowski' },
      { female: 'Brzęczyszczykiewicz', male: 'Brzęczyszczykiewicz' },
    ],
  },
  en: {
    female: [
      'Eleanor',
      'Margaret',
      'Aoife',
      'Priya',
      'Dorothy',
      'Ngozi',
      'Siân',
      'Beatrice',
      'Fatima',
      'Rosemary',
      'Joyce',
      'Mei',
    ],
    male: [
      'Arthur',
      'Desmond',
      'Padraig',
      'Tomasz',
      'Winston',
      'Alasdair',
      'Rajesh',
      'Kenneth',
      'Owen',
      'Samuel',
      'Harold',
      'Yusuf',
    ],
    families: plain([
      "O'Brien",
      'Whitfield',
      'Okonkwo',
      'Sharma',
      'MacLeod',
      'Ashworth',
      'Llewellyn',
      'Nowak',
      'Hargreaves',
      'Begum',
      'Fitzgerald',
    ]),
  },
}

export const streets: Record<Language, string[]> = {
  pl: [
    'ul. Długa 14/3',
    'ul. Świętego Marcina 80/82 m. 5',
    'os. Przyjaźni 12/44',
    'ul. Kościuszki 7',
    'al. Wolności 101/9',
  ],
  en: ['14 Harbour Lane', 'Flat 3, 80 Station Road', '12 Orchard Close', '7 Mill Street', '101 Victoria Avenue'],
}

export const cities: Record<Language, { city: string; postalCode: string; country: string }[]> = {
  pl: [
    { city: 'Poznań', postalCode: '61-744', country: 'PL' },
    { city: 'Łódź', postalCode: '90-001', country: 'PL' },
    { city: 'Gdańsk', postalCode: '80-831', country: 'PL' },
  ],
  en: [
    { city: 'Leeds', postalCode: 'LS1 4AP', country: 'GB' },
    { city: 'Bristol', postalCode: 'BS1 5TR', country: 'GB' },
    { city: 'Cardiff', postalCode: 'CF10 1EP', country: 'GB' },
  ],
}

export const alerts: Record<Language, string[]> = {
  pl: [
    'Uczulenie na penicylinę',
    'Cukrzyca, przyjmuje insulinę',
    'Nie otwierać drzwi byłemu mężowi',
    'Słabo słyszy, mówić powoli',
    'Ryzyko upadku',
  ],
  en: [
    'Allergic to penicillin',
    'Diabetic, takes insulin',
    'Do not open the door to the former husband',
    'Hard of hearing, speak slowly',
    'Risk of falling',
  ],
}

export const notes: Record<Language, string[]> = {
  pl: [
    'Najlepiej rozmawiać rano. Klucz u sąsiadki z parteru.',
    'Lubi, gdy ktoś zapyta o kota. Przyjmuje leki o 8 i 20.',
  ],
  en: [
    'Best to talk in the morning. The neighbour downstairs has a key.',
    'Likes to be asked about the cat. Takes medicines at 8 and 20.',
  ],
}

export const hours: Record<Language, (string | null)[]> = {
  pl: [null, 'pn–pt 8–16', 'po 17', 'całą dobę'],
  en: [null, 'Mon–Fri 8–16', 'after 17', 'day and night'],
}

export const telling: Record<Language, string> = {
  pl: 'Tylko to, że trzeba oddzwonić.',
  en: 'Only that a call back is needed.',
}

/** Ofcom keeps ranges of numbers for drama, of which libphonenumber takes London's for valid; Poland keeps none, so these are of a series of noughts. */
export const mobileNumber = (language: Language, turn: number): string => {
  const end = String(turn % 1000).padStart(3, '0')
  return language === 'pl' ? `+48500000${end}` : `+442079460${end}`
}
