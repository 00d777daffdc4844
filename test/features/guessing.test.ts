import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAttempts } from '../../src/features/sign-in/attempts.ts'
import { cpuMs } from '../support/cpu-time.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'

let ostoja: Ostoja
let tenant: string
let account: TestAccount

beforeAll(async () => {
  ostoja = await startOstoja({ env: { TRUSTED_PROXIES: 'loopback' } })
  tenant = await ostoja.newTenant()
})
afterAll(() => ostoja.close())
beforeEach(async () => {
  account = await ostoja.newAccount(tenant, ['staff'])
})

const attemptsOfApp = () => createAttempts(ostoja.platform.redis, ostoja.platform.derive('sign-in attempts'))
const addressOf = (guess: number) =>
  `203.${Math.floor(guess / 65_536) % 256}.${Math.floor(guess / 256) % 256}.${guess % 256}`

/** Somebody at an address, as the proxy in front reports it. */
const visitorAt = (address: string, { visitor: newVisitor }: Pick<Ostoja, 'visitor'> = ostoja) => {
  const visitor = newVisitor()
  visitor.agent.set('X-Forwarded-For', address)
  return visitor
}
/** As if the time that strangers have to wait had passed. */
const endWaits = async () => {
  const gates = await ostoja.platform.redis.keys('attempts:gate:*')
  if (gates.length) await ostoja.platform.redis.del(gates)
}
const guessFrom = (address: string, password: string) =>
  visitorAt(address).post('/sign-in', { login: account.login, password }, '/sign-in')

describe('guesses at one account from many addresses', () => {
  it('never stop its owner in their usual browser, and get hardly any answer', async () => {
    const owner = visitorAt('198.51.100.7')
    await owner.signIn(account)
    await owner.post('/sign-out')

    const attempts = attemptsOfApp()
    const guesses = rounds({ soak: 10_000, usual: 500 })
    const between = rounds({ soak: 1000, usual: 100 })
    let answered = 0
    for (let guess = 0; guess < guesses; guess++) {
      const wait = await attempts.begin({ login: account.login, address: addressOf(guess), device: null })
      if (wait === 0) answered++
      if (guess % between === between - 1) {
        expect([422, 429]).toContain((await guessFrom(addressOf(guess + 1), `Guess-${guess}`)).status)
        await owner.signIn(account)
        expect((await owner.get('/')).status).toBe(200)
        await owner.post('/sign-out')
      }
    }
    expect(answered).toBeLessThan(60)
  })

  it('nor do those from the owner’s own address', async () => {
    const owner = visitorAt('198.51.100.8')
    await owner.signIn(account)
    await owner.post('/sign-out')
    const attempts = attemptsOfApp()
    for (let guess = 0; guess < 200; guess++)
      await attempts.begin({ login: account.login, address: '198.51.100.8', device: null })
    expect((await guessFrom('198.51.100.8', account.password)).status).toBe(429)
    await owner.signIn(account)
  })
})

describe('guessing', () => {
  it('from the owner’s own browser is slowed as well', async () => {
    const owner = visitorAt('198.51.100.9')
    await owner.signIn(account)
    await owner.post('/sign-out')
    const answers = []
    for (let guess = 0; guess < 11; guess++)
      answers.push(
        (await owner.post('/sign-in', { login: account.login, password: `Guess-${guess}` }, '/sign-in')).status,
      )
    expect(answers).toEqual([...Array<number>(10).fill(422), 429])
  })

  it('at one account holds up nobody else from the same address for long, and at many accounts is held up itself', async () => {
    const attempts = attemptsOfApp()
    const waits = []
    for (let guess = 0; guess < 70; guess++)
      waits.push(await attempts.begin({ login: `Somebody${guess}`, address: '198.51.100.10', device: null }))
    expect(waits.slice(0, 60).every(wait => wait === 0)).toBe(true)
    expect(waits.slice(60).every(wait => wait > 0 && wait <= 15 * 60)).toBe(true)
  })

  it('by strangers waits ever longer, a minute at most, and is never shut out', async () => {
    const attempts = attemptsOfApp()
    const waits: number[] = []
    for (let guess = 0; guess < 200; guess++) {
      const wait = await attempts.begin({ login: account.login, address: addressOf(50_000 + guess), device: null })
      waits.push(wait)
      if (wait > 0) await endWaits()
    }
    expect(waits.slice(0, 21)).toEqual(Array(21).fill(0))
    const delays = waits.filter(wait => wait > 0)
    expect(delays.slice(0, 4)).toEqual([1, 2, 4, 8])
    expect(Math.max(...delays)).toBeLessThanOrEqual(60)
    expect(waits.slice(-2)).toContain(0)
  })

  it('a moment’s many at once lets one through after the free ones', async () => {
    const attempts = attemptsOfApp()
    const begin = (guess: number) =>
      attempts.begin({ login: account.login, address: addressOf(60_000 + guess), device: null })
    for (let guess = 0; guess < 28; guess++) {
      await begin(guess)
      await endWaits()
    }
    // The next wait is a minute, longer than any machine needs for these.
    const waits = await Promise.all(Array.from({ length: 50 }, (_, guess) => begin(100 + guess)))
    expect(waits.filter(wait => wait === 0)).toHaveLength(1)
  })

  it('a login that does not exist is slowed and answered like one that does, and takes as long', async () => {
    // Passwords cost what they cost in production, so that looking at one is most of the work of an answer.
    const costly = await startOstoja({ env: { TRUSTED_PROXIES: 'loopback' }, derivation: {}, worker: false })
    const { login } = await costly.newAccount(await costly.newTenant(), ['staff'])
    const asked = { known: { login, ms: [] as number[] }, unknown: { login: 'NobodyHere999', ms: [] as number[] } }
    const pages = new Set<string>()
    for (let guess = 0; guess < 18; guess++) {
      const { login, ms } = guess % 2 ? asked.known : asked.unknown
      const visitor = visitorAt(addressOf(70_000 + guess), costly)
      const page = await visitor.get('/sign-in')
      const fields = { login, password: 'Wrong-password-1', _csrf: visitor.tokenOf(page.text) }
      const spent = await cpuMs(async () => {
        const answer = await visitor.agent.post('/sign-in').type('form').set('Accept-Language', 'en').send(fields)
        pages.add(`${answer.status} ${answer.text.replace(/value="[^"]*"/g, '')}`)
      })
      ms.push(spent)
    }
    await costly.close()
    expect([...pages]).toHaveLength(1)
    // Without a password to compare with, the answer would take a tenth of the work.
    const [known, unknown] = [Math.min(...asked.known.ms), Math.min(...asked.unknown.ms)]
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(1.5)
  })

  it('leaves nothing of what was typed in Redis, where a password may have been typed for a login', async () => {
    await visitorAt('198.51.100.11').post('/sign-in', { login: 'MySecretPassword1!', password: 'x' }, '/sign-in')
    const keys = await ostoja.platform.redis.keys('*')
    expect(keys.join().toLowerCase()).not.toContain('mysecretpassword')
    expect(keys.join()).not.toContain('198.51.100')
  })
})
