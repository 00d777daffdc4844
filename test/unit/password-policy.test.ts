import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generatePassword, generatePasswordFor } from '../../src/features/accounts/generated-password.ts'
import { judgePassword, passwordRules, visibleProblems } from '../../src/features/accounts/password-policy.ts'
import { cpuMs } from '../support/cpu-time.ts'
import { rounds } from '../support/rounds.ts'

const rules = {
  minimum: 8,
  passphrases: false,
  givenName: 'Łucja',
  familyName: 'Święcicka-Żak',
  login: 'LucjaSwiecickaZak5',
  tenantName: 'Schronisko Pod Dachem',
}
const nobody = { minimum: 8, passphrases: false, givenName: '', familyName: '', login: '', tenantName: '' }
const saidOf = async (password: string, asked: { minimum?: number; passphrases?: boolean } = {}) =>
  (await judgePassword(password, { ...rules, ...asked })).problems.map(key =>
    key.replace('accounts:passwordProblem.', ''),
  )
/** The names of the rules in one state. */
const rulesIn = async (state: string, password: string, passphrases = false) =>
  (await judgePassword(password, { ...rules, passphrases })).rules
    .filter(rule => rule.state === state)
    .map(({ name }) => name)

describe('a chosen password', () => {
  it.each([
    'Xk7#mQ2p',
    'Łódź-4-wiosła',
    'Zielony czajnik śpiewa 3 razy!',
    'Тайная вечеря в лесу, 12',
    '   aB3$ xyQ   ',
  ])('may be %s', async password => {
    expect(await saidOf(password)).toEqual([])
  })

  it.each(['zielony czajnik śpiewa', 'correct horse battery', 'тайная вечеря в лесу', 'cztery konie i jeż'])(
    'may be %s only where the organisation allows passphrases',
    async password => {
      expect(await saidOf(password)).toEqual(['upper', 'digit', 'special'])
      expect(await saidOf(password, { passphrases: true })).toEqual([])
    },
  )

  it.each([
    ['kqvz mxi wrlty', 14],
    ['kqvz mxi wrltyu', 15],
    ['🦔🦔🦔 kqvz mxiw', 13],
    ['🦔🦔🦔 kqvz mxi wr', 15],
  ])('%s, of %i characters, is a passphrase from 15 on, where they are allowed', async (password, length) => {
    expect([...password]).toHaveLength(length)
    const missing = await saidOf(password, { passphrases: true })
    expect(missing).toEqual(length < 15 ? expect.arrayContaining(['upper', 'digit']) : [])
  })

  it.each([
    ['Ab1!', ['tooShort?minimum=8']],
    ['abcdefgh', ['upper', 'digit', 'special', 'common']],
    ['abcdefgH', ['digit', 'special', 'common']],
    ['Abcdefg1', ['special', 'common']],
    ['xkqzvwtj', ['upper', 'digit', 'special']],
    ['xK7qzvwtjmpwrdbngh', ['special']],
    ['a'.repeat(129), ['tooLong', 'upper', 'digit', 'special']],
    ['', ['tooShort?minimum=8', 'upper', 'digit', 'special']],
    ['Lucja#93kd', ['name', 'common']],
    ['ŁUCJA#93kd', ['name', 'common']],
    ['My friend zak lives here 2!', ['name']],
    ['Lucja swiecicka zak5 qw!', ['name', 'login']],
    ['W tym schronisku i schronisko 2!', ['organisation']],
    ['Pod dachem jest nam dobrze 2!', ['organisation']],
  ])('is told of %s everything that is wrong: %j', async (password, problems) => {
    expect(await saidOf(password)).toEqual(problems)
  })

  it.each([
    'Abcdef1!',
    'Password1!',
    'P@ssw0rd1',
    'P@$$w0rd1!',
    'Qwerty123!',
    'Abcd1234!',
    '1qaz@WSX',
    'Hasło123!',
    'H@slo123!',
    'Zima2024!',
    '!!Warszawa1944',
    'Kowalski1!',
  ])('may not be %s: that is what is tried first', async password => {
    expect(await saidOf(password)).toEqual(['common'])
    expect(await rulesIn('failed', password)).toEqual(['common'])
  })

  it.each(['aaaaaaaaaaaaaaa', '123456789012345', 'passwordpasswordpassword', 'qwertyuiopasdfgh'])(
    'may not be %s either, though passphrases are allowed',
    async password => {
      expect(await saidOf(password, { passphrases: true })).toEqual(['common'])
    },
  )

  it.each([
    ['Xk7#mQ2p', [], ['same']],
    ['Abcdef1!', ['common'], ['same']],
    ['Ab1!', ['length'], ['common', 'same']],
    ['abcdefgH', ['digit', 'special', 'common'], ['same']],
    ['Lucja#93kd', ['common', 'names'], ['same']],
  ])('has a state for every rule: of %s fails %j, and %j is not known yet', async (password, failed, open) => {
    expect(await rulesIn('failed', password)).toEqual(failed)
    expect(await rulesIn('open', password)).toEqual(open)
    expect((await rulesIn('met', password)).length).toBe(7 - failed.length - open.length)
  })

  it('is judged by patterns that a browser can use: before anything is typed no rule has a state', () => {
    for (const passphrases of [false, true]) {
      const listed = passwordRules({ minimum: 8, passphrases })
      expect(new Set(listed.map(({ state }) => state))).toEqual(new Set(['open']))
      const fails = (typed: string) =>
        listed.filter(({ pattern }) => pattern && !new RegExp(pattern, 'su').test(typed)).map(({ name }) => name)
      expect(fails('zielony czajnik')).toEqual(passphrases ? [] : ['upper', 'digit', 'special'])
      expect(fails('line\nbreaks and Ż٣؟')).toEqual([])
      expect(fails('🦔🦔🦔🦔')).toContain('length')
    }
  })

  it('has a minimum that an organisation can raise, for passphrases too', async () => {
    expect(await saidOf('Xk7#mQ2p', { minimum: 12 })).toEqual(['tooShort?minimum=12'])
    expect(await saidOf('zielony czajnik śpiewa', { minimum: 30, passphrases: true })).toEqual(['tooShort?minimum=30'])
  })

  it('counts what people see: 128 signs outside the basic plane fit, and other forms of a letter are the same', async () => {
    expect(await saidOf('🦔'.repeat(100) + 'ż'.repeat(28))).not.toContain('tooLong')
    expect(await saidOf('Lūcja'.normalize('NFD') + ' mieszka tutaj 2!')).toEqual(['name'])
  })

  it('never makes the judge fail or wait, whatever is typed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async password => {
        const spent = await cpuMs(async () => expect((await judgePassword(password, rules)).rules).toHaveLength(7))
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
      expect((await judgePassword(generatePasswordFor(rules), rules)).problems).toEqual([])
  })
})
