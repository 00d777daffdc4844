import { describe, expect, it } from 'vitest'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { suggestTimes } from '../../src/safe-to-contact/suggested-times.ts'
import { ruleWords, sayTimes } from '../../src/safe-to-contact/words.ts'

const words = ruleWords(loadTranslations().to('en'))
const suggested = (note: string) => {
  const times = suggestTimes(note)
  return times && sayTimes(words, times)
}

describe('hours suggested from a note', () => {
  it.each([
    ['only before noon', '08:00–12:00'],
    ['tylko do południa', '08:00–12:00'],
    ['przed południem', '08:00–12:00'],
    ['do 16', '08:00–16:00'],
    ['before 4 p.m.', '08:00–16:00'],
    ['po 16', '16:00–20:00'],
    ['Tylko po 16:30!', null],
    ['tylko po 16:30', '16:30–20:00'],
    ['after 17', '17:00–20:00'],
    ['after 5pm', '17:00–20:00'],
    ['od 16', '16:00–20:00'],
    ['9-15', '09:00–15:00'],
    ['9–15', '09:00–15:00'],
    ['od 9 do 15', '09:00–15:00'],
    ['w godz. 9.00-15.30', '09:00–15:30'],
    ['między 9 a 15', '09:00–15:00'],
    ['between 9 and 15', '09:00–15:00'],
    ['9 am – 3 pm', '09:00–15:00'],
    ['between noon and 6 pm', '12:00–18:00'],
    ['8-12', '08:00–12:00'],
    ['weekends', 'Sat, Sun 08:00–20:00'],
    ['tylko w weekendy', 'Sat, Sun 08:00–20:00'],
    ['w soboty', 'Sat 08:00–20:00'],
    ['pn–pt 8–16', 'Mon–Fri 08:00–16:00'],
    ['Mon–Fri 8–16', 'Mon–Fri 08:00–16:00'],
    ['pon. - pt. 8:00 - 16:00', 'Mon–Fri 08:00–16:00'],
    ['8-16 w dni robocze', 'Mon–Fri 08:00–16:00'],
    ['weekdays after 17', 'Mon–Fri 17:00–20:00'],
    ['po 17 w środy', 'Wed 17:00–20:00'],
    ['wt, czw 9-12', 'Tue, Thu 09:00–12:00'],
    ['Tue and Thu 9–12', 'Tue, Thu 09:00–12:00'],
    ['Mon–Fri 8–16, Sat 9–12', 'Mon–Fri 08:00–16:00; Sat 09:00–12:00'],
    ['9-12 i 15-18', '09:00–12:00; 15:00–18:00'],
    ['codziennie po 18', '18:00–20:00'],
    ['całą dobę', 'all day'],
    ['day and night', 'all day'],
    ['24/7', 'all day'],
    ['o każdej porze', 'all day'],
  ])('are what is certain: %s', (note, expected) => {
    expect(suggested(note)).toBe(expected)
  })

  it.each([
    'nie po 16',
    'not before noon',
    'never on weekends',
    'usually 9-15',
    'evenings',
    'wieczorami',
    'rano',
    'after 5',
    'po 7',
    'do 8',
    '9-5',
    '7-9',
    '22-6',
    '15-9',
    'po 25',
    'po 20',
    'except Mondays',
    'pt-pn 9-15',
    'Mon–Fri 9–15, Sat',
    'pn-pt 9-12, 15-18',
    'po pracy',
    'ask for Ida',
    '601 234 567',
    '',
    '-',
    ',',
  ])('are none where it is not: %s', note => {
    expect(suggested(note)).toBeNull()
  })
})
