import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareToRun } from '../../src/composition.ts'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { command } from '../support/commands.ts'
import type { Ended } from '../support/processes.ts'

let ostoja: Ostoja
let tenant: string

beforeAll(async () => {
  ostoja = await startOstoja()
  await prepareToRun(ostoja.features)
  tenant = await ostoja.newTenant()
})
afterAll(() => ostoja.close())

/** Runs `bin/ostoja account …` beside the running Ostoja, with `typed` at its standard input. */
const account = (args: string[], typed = '') => command(ostoja, ['account', ...args], typed)
const create = (typed: string) => account(['create', '--tenant', tenant, '--role', 'administrator'], typed)
const handed = ({ output }: Ended) => ({
  login: /^login: (\S+)$/m.exec(output)?.[1] ?? '',
  password: /^password: (\S+)$/m.exec(output)?.[1] ?? '',
})

describe('bin/ostoja account create', () => {
  it('reads the person from its standard input, one thing a line', async () => {
    const [made, other] = await Promise.all([create('Łucja\nŚwięcicka-Żak\nlucja@example.org\n'), create('Jan\nLis\n')])
    expect([made.code, made.complaint]).toEqual([0, ''])
    const { login, password } = handed(made)
    expect(login).toMatch(/^LucjaSwiecickaZak\d+$/)
    const id = Number(/\d+$/.exec(login)![0])
    expect(await ostoja.features.accounts.find(systemActor(tenant), id)).toMatchObject({
      givenName: 'Łucja',
      email: 'lucja@example.org',
      roles: ['administrator'],
    })
    await ostoja.visitor().signIn({ login, password })
    expect(handed(other).login).toMatch(/^JanLis\d+$/)
  })

  it('takes no name as an option, and says what is missing', async () => {
    const [option, { code, complaint }] = await Promise.all([
      account(['create', '--role', 'operator', '--given-name', 'Ann'], 'Ann\nLee\n'),
      create('Jan\n\nnobody\n'),
    ])
    expect([option.code, option.complaint.includes('--given-name')]).toEqual([1, true])
    expect(code).toBe(1)
    expect(complaint).toContain('Family name: must not be empty')
    expect(complaint).toContain('E-mail: is no e-mail address')
  })
})

describe('bin/ostoja account reset-password', () => {
  it('lets a locked-out administrator in again, who then has to choose another password', async () => {
    const { login } = await ostoja.newAccount(tenant, ['administrator'])
    const reset = await account(['reset-password', '--login', login])
    expect([reset.code, reset.complaint, handed(reset).login]).toEqual([0, '', login])
    const visitor = ostoja.visitor()
    await visitor.signIn(handed(reset))
    expect((await visitor.get('/')).headers.location).toBe('/account/password')
  })

  it('says so where nobody has the login', async () => {
    const { code, complaint } = await account(['reset-password', '--login', 'NobodyHere999'])
    expect([code, complaint.includes('nobody has this login')]).toEqual([1, true])
  })
})

describe('bin/ostoja account deactivate', () => {
  it('shuts an operator out at once, but nobody of an organisation and never the last one', async () => {
    const first = await ostoja.signedIn(installationId, ['operator'])
    const last = await account(['deactivate', '--login', first.account.login])
    expect([last.code, last.complaint.includes('the last operator')]).toEqual([1, true])
    expect((await first.get('/tenants')).status).toBe(200)

    const second = await ostoja.newAccount(installationId, ['operator'])
    const { output } = await account(['operators'])
    const day = new Date().toISOString().slice(0, 4)
    expect(output).toMatch(new RegExp(`^${first.account.login}\\t${day}-`, 'm'))
    expect(output).toContain(`${second.login}\tnever`)
    const done = await account(['deactivate', '--login', first.account.login])
    expect([done.code, done.complaint]).toEqual([0, ''])
    expect((await first.get('/tenants')).status).not.toBe(200)

    const { login } = await ostoja.newAccount(tenant, ['administrator'])
    const [left, other] = await Promise.all([account(['operators']), account(['deactivate', '--login', login])])
    expect(left.output).not.toContain(first.account.login)
    expect([other.code, other.complaint.includes('no operator has this login')]).toEqual([1, true])
  })
})
