import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { samplePassphrase } from '../support/export-samples.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja

beforeAll(async () => {
  ostoja = await startOstoja({ derivation: {} })
})
afterAll(() => ostoja.close())

/** All other tests derive keys cheaply. */
it('a password is hashed at the cost of production, and signs in', async () => {
  const account = await ostoja.newAccount(await ostoja.newTenant(), ['staff'])
  const { argon2 } = await ostoja.platform.passwords.hash(account.password)
  expect(argon2).toMatch(/^\$argon2id\$v=19\$m=32768,t=3,p=1\$/)
  await ostoja.visitor().signIn(account)
  await expect(ostoja.visitor().signIn({ ...account, password: 'Wrong-1-password' })).rejects.toThrow()
})

it('an export is sealed at the cost of production', async () => {
  const tenantId = await ostoja.newTenant()
  const { id: accountId } = await ostoja.newAccount(tenantId, ['security_officer'])
  const officer = { tenantId, accountId, roles: ['security_officer' as const] }
  const { exports } = ostoja.features
  const { id } = (await exports.request(officer, {
    passphrase: samplePassphrase,
    keyIds: [],
    format: 'csv',
    language: 'en',
  }))!
  await until('the export is ready', async () => (await exports.find(officer, id)).status === 'ready')
  const { file } = await exports.download(officer, id)
  expect(await readFile(file, 'latin1')).toMatch(/^age-encryption\.org\/v1\n-> scrypt [\w+/]{22} 18\n/)
})

it('an export of the log is sealed at the cost of production', async () => {
  const officer = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
  const sealed = await officer.post(
    '/log/export',
    { passphrase: samplePassphrase, repeated: samplePassphrase },
    '/log/export',
  )
  expect((sealed.body as Buffer).toString('latin1')).toMatch(/^age-encryption\.org\/v1\n-> scrypt [\w+/]{22} 18\n/)
})
