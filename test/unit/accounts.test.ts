import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generatePassword } from '../../src/features/accounts/generated-password.ts'
import { makeLogin } from '../../src/features/accounts/login.ts'
import { rounds } from '../support/rounds.ts'

describe('a login', () => {
  it.each([
    ['Jan', 'Kowalski', 37, 'JanKowalski37'],
    ['Łucja', 'Święcicka-Żak', 5, 'LucjaSwiecickaZak5'],
    ['Patrick', "O'Brien", 6, 'PatrickObrien6'],
    ['Ольга', '', 7, 'Olga7'],
    ['', '', 8, 'Account8'],
    ['R2', 'D2', 9, 'RD9'],
  ])('of %s %s with id %i is %s', (given, family, id, login) => {
    expect(makeLogin(given, family, id)).toBe(login)
  })

  it.each(['grapheme', 'binary'] as const)('is ASCII letters and then the id, for any name there is (%s)', unit => {
    const name = fc.string({ unit, maxLength: 100 })
    fc.assert(
      fc.property(name, name, fc.integer({ min: 1 }), (given, family, id) => {
        expect(makeLogin(given, family, id)).toMatch(new RegExp(`^[A-Za-z]{1,60}${id}$`))
      }),
      { numRuns: rounds({ soak: 5000, usual: 500 }) },
    )
  })

  it('is never somebody else’s: a name and a number can be read in one way only', () => {
    const person = fc.tuple(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 300 }),
    )
    fc.assert(
      fc.property(person, person, (one, other) => {
        fc.pre(one[2] !== other[2])
        expect(makeLogin(...one).toLowerCase()).not.toBe(makeLogin(...other).toLowerCase())
      }),
      { numRuns: rounds({ soak: 5000, usual: 500 }) },
    )
  })
})

describe('a generated password', () => {
  it('meets the policy, always, and never comes twice', () => {
    const made = Array.from({ length: rounds({ soak: 20_000, usual: 2000 }) }, generatePassword)
    for (const password of made) {
      expect(password).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*[!#%+=?@*])[^\s]{19}$/)
      expect(password).not.toMatch(/[lIO01]/)
    }
    expect(new Set(made).size).toBe(made.length)
  })
})
