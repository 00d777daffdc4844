import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generatePassword, generatePasswordFor } from '../../src/features/accounts/generated-password.ts'
import { passwordProblems, visibleProblems } from '../../src/features/accounts/password-policy.ts'
import { cpuMs } from '../support/cpu-time.ts'
import { rounds } from '../support/rounds.ts'

const rules = {
  minimum: 8,
  givenName: 'Łucja',
  familyName: 'Święcicka-Żak',
  login: 'LucjaSwiecickaZak5',
  tenantName: 'Schronisko Pod Dachem',
}
const nobody = { minimum: 8, givenName: '', familyName: '', login: '', tenantName: '' }
const saidOf = async (password: string, minimum = 8) =>
  (await passwordProblems(password, { ...rules, minimum })).map(key => key.replace('accounts:passwordProblem.', ''))

describe('a chosen password', () => {
  it.each([
    'Xk7#mQ2p',
    'Łódź-4-wiosła',
    'zielony czajnik śpiewa',
    'correct horse battery',
    'тайная вечеря в лесу',
    '   aB3$ xyQ   ',
  ])('may be %s', async password => {
    expect(await saidOf(password)).toEqual([])
  })

  it.each([
    ['Ab1!', ['tooShort?minimum=8']],
    ['abcdefgh', ['upper', 'digit', 'special']],
    ['abcdefgH', ['digit', 'special']],
    ['Abcdefg1', ['special']],
    ['a'.repeat(129), ['tooLong']],
    ['Lucja#93kd', ['name']],
    ['ŁUCJA#93kd', ['name']],
    ['my friend zak lives here', ['name']],
    ['lucja swiecicka zak5 qw', ['name', 'login']],
    ['w tym schronisku i schronisko', ['organisation']],
    ['pod dachem jest nam dobrze', ['organisation']],
  ])('is told of %s everything that is wrong: %j', async (password, problems) => {
    expect(await saidOf(password)).toEqual(problems)
  })

  it.each([
    'Password1!',
    'P@ssw0rd',
    'P@$$w0rd1!',
    'Qwerty123!',
    'Abcd1234!',
    '1qaz@WSX',
    'Hasło123!',
    'H@slo123!',
    'Zima2024!',
    '!!Warszawa1944',
    'Kowalski1!',
    'aaaaaaaaaaaaaaa',
    '123456789012345',
    'passwordpasswordpassword',
    'qwertyuiopasdfgh',
  ])('may not be %s: that is what is tried first', async password => {
    expect(await saidOf(password)).toEqual(['common'])
  })

  it('has a minimum that an organisation can raise, for passphrases too', async () => {
    expect(await saidOf('Xk7#mQ2p', 12)).toEqual(['tooShort?minimum=12'])
    expect(await saidOf('zielony czajnik śpiewa', 30)).toEqual(['tooShort?minimum=30'])
  })

  it('counts what people see: 128 signs outside the basic plane fit, and other forms of a letter are the same', async () => {
    expect(await saidOf('🦔'.repeat(100) + 'ż'.repeat(28))).not.toContain('tooLong')
    expect(await saidOf('lūcja'.normalize('NFD') + ' mieszka tutaj')).toEqual(['name'])
  })

  it('never makes the judge fail or wait, whatever is typed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async password => {
        const spent = await cpuMs(async () => expect(Array.isArray(await passwordProblems(password, rules))).toBe(true))
        expect(spent).toBeLessThan(1500)
      }),
      { numRuns: rounds({ soak: 300, usual: 100 }) },
    )
  })
})

describe('generated passwords', () => {
  it('meet the policy, every one, with a lower-case letter as well and none that is misread', () => {
    for (let made = 0; made < rounds({ soak: 1_000_000, usual: 20_000 }); made++) {
      const password = generatePassword()
      if (
        visibleProblems(password, nobody).length > 0 ||
        !/[a-z]/.test(password) ||
        /[lIO01]/.test(password) ||
        password.length !== 19
      )
        expect.fail(`does not meet it: ${password}`)
    }
  })

  it('are never common, nor hold the name of whom they are for', async () => {
    for (let made = 0; made < rounds({ soak: 500, usual: 50 }); made++)
      expect(await passwordProblems(generatePasswordFor(rules), rules)).toEqual([])
  })
})
