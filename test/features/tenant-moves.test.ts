import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareToRun } from '../../src/composition.ts'
import type { Actor } from '../../src/platform/actor.ts'
import { inDatabase } from '../support/backups.ts'
import { command, commandHere, environmentOf } from '../support/commands.ts'
import { findLeaks } from '../support/leaks.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { furnish, type World } from '../support/world.ts'

const here = (ostoja: Ostoja, args: string[], typed = '') => commandHere(args, environmentOf(ostoja), typed)
const passphrase = 'żółw-kaktus-Latarnia-7-wiosło'

describe('an organisation that moves', () => {
  let from: Ostoja
  let to: Ostoja
  let world: World
  let actor: Actor
  let folder: string
  let identity: string

  beforeAll(async () => {
    from = await startOstoja()
    to = await startOstoja()
    for (const { features } of [from, to]) await prepareToRun(features)
    folder = await mkdtemp(join(tmpdir(), 'ostoja-move-'))
    world = await furnish(from, 'Dom Wędrowny')
    actor = {
      tenantId: world.tenantId,
      accountId: Number(world.ids.accountId),
      roles: ['staff', 'administrator', 'security_officer'],
    }
    await from.newAccount(world.tenantId, ['administrator'], { email: 'szefowa@shelter.test' })
    await to.newTenant('Another, which stays as it is')
    const key = await generateX25519Identity()
    identity = join(folder, 'identity')
    await writeFile(identity, `${key}\n`)
    const done = await command(from, [
      'tenant',
      'export',
      world.tenantId,
      '--out',
      join(folder, 'one.age'),
      '--recipient',
      await identityToRecipient(key),
    ])
    expect([done.code, done.complaint]).toEqual([0, expect.any(String)])
  })
  afterAll(async () => {
    await from.close()
    await to.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('leaves nothing readable in the file', async () => {
    expect(
      await findLeaks(['Dom Wędrowny', 'Święcicka-Żak', 'szefowa', world.tenantId], [join(folder, 'one.age')], folder),
    ).toEqual([])
  })

  it('says which: another key, cut, altered, no such file of ours', async () => {
    const whole = await readFile(join(folder, 'one.age'))
    await writeFile(join(folder, 'stranger'), `${await generateX25519Identity()}\n`)
    const altered = Buffer.from(whole)
    altered[altered.length - 500]! ^= 1
    const wrong: [string, Buffer, string, string][] = [
      ['other.age', whole, 'stranger', 'does not open the file'],
      ['cut.age', whole.subarray(0, -400), 'identity', 'was altered or damaged|was cut'],
      ['altered.age', altered, 'identity', 'was altered or damaged'],
      ['none.age', Buffer.from('a holiday picture'), 'identity', 'no file that "tenant export" made'],
    ]
    for (const [name, bytes, key, sentence] of wrong) {
      await writeFile(join(folder, name), bytes)
      const { code, complaint } = await here(to, [
        'tenant',
        'import',
        join(folder, name),
        '--identity',
        join(folder, key),
      ])
      expect([name, code, complaint]).toEqual([name, 1, expect.stringMatching(sentence)])
    }
    expect(await inDatabase(to.database.adminUrl, `select name from tenants where id = '${world.tenantId}'`)).toEqual(
      [],
    )
  })

  it('is whole where it comes to, with its ids, under the keys of that place', async () => {
    const counts = async (ostoja: Ostoja) => {
      const tables = [
        'accounts',
        'clients',
        'client_versions',
        'emergency_contacts',
        'notices',
        'imports',
        'import_rows',
        'sign_ins',
        'message_threads',
        'messages',
        'attachments',
        'attachment_chunks',
      ]
      const rows = await Promise.all(
        tables.map(table =>
          inDatabase<{ count: string }>(
            ostoja.database.adminUrl,
            `select count(*) from ${table} where tenant_id = '${world.tenantId}'`,
          ),
        ),
      )
      return rows.map(([row], index) => `${tables[index]!} ${row!.count}`)
    }
    const before = await counts(from)
    const done = await command(to, ['tenant', 'import', join(folder, 'one.age'), '--identity', identity])
    expect([done.code, done.output, done.complaint]).toEqual([
      0,
      expect.stringContaining('Dom Wędrowny'),
      expect.any(String),
    ])
    expect(await counts(to)).toEqual(before)

    const client = await to.features.clients.view(actor, world.ids.clientId!)
    expect(client.profile.familyName).toBe('Święcicka-Żak')
    const contacts = await to.platform.db.asTenant(actor, trx =>
      to.features.emergencyContacts.ofClients(trx, actor, [world.ids.clientId!]),
    )
    expect(contacts.get(world.ids.clientId!)![0]!.name).toBe('Józef Święcicki')
    const found = await to.features.clients.search(actor, 'święcicka')
    expect(JSON.stringify(found)).toContain(world.ids.clientId!)
    const file = await to.features.attachments.open(actor, world.ids.attachmentId!)
    expect([file.name, (await buffer(file.bytes)).toString()]).toEqual(['plan.txt', 'Plan opieki'])
    expect(JSON.stringify(await to.features.messages.read(actor, world.ids.threadId!))).toContain('Klucz leży')
    const roots = await inDatabase(to.database.adminUrl, 'select distinct root_key_id from tenant_keys')
    expect(roots).toEqual([{ root_key_id: to.platform.rootKeys.keys.current.id }])
  })

  it('comes with its log, of which the chain of that place begins anew and finds a change', async () => {
    const { auditChain } = to.features
    const events = (ostoja: Ostoja) =>
      inDatabase<{ action: string }>(
        ostoja.database.adminUrl,
        `select action from audit_events where tenant_id = '${world.tenantId}' order by id`,
      )
    await auditChain.seal()
    const verified = await auditChain.verify(world.tenantId)
    const [there, here] = [await events(from), await events(to)]
    expect([verified.findings, verified.waiting, here.length > 3]).toEqual([[], 0, true])
    expect(here.length).toBeGreaterThanOrEqual(there.length)
    const oldest = `id = (select min(id) from audit_events where tenant_id = '${world.tenantId}')`
    await inDatabase(to.database.adminUrl, `update audit_events set action = action || 'x' where ${oldest}`)
    expect((await auditChain.verify(world.tenantId)).findings).toHaveLength(1)
    await inDatabase(to.database.adminUrl, `update audit_events set action = rtrim(action, 'x') where ${oldest}`)
    expect((await auditChain.verify(world.tenantId)).findings).toEqual([])
  })

  it('lets its people in again once they were given passwords, and its e-mail addresses are known', async () => {
    const [login] = await inDatabase<{ login: string }>(
      to.database.adminUrl,
      `select login from accounts where tenant_id = '${world.tenantId}' order by id`,
    )
    const reset = await here(to, ['account', 'reset-password', '--login', login!.login])
    expect(reset.code).toBe(0)
    const visitor = to.visitor()
    await visitor.signIn({ login: login!.login, password: /password: (\S+)/.exec(reset.output)![1]! })
    const tokens = await inDatabase<{ index_key: number | null }>(
      to.database.adminUrl,
      `select index_key from account_emails where tenant_id = '${world.tenantId}'`,
    )
    expect(tokens).toHaveLength(1)
    expect(tokens[0]!.index_key).not.toBeNull()
    const fresh = await to.newAccount(world.tenantId, ['staff'])
    const ids = await inDatabase<{ id: number }>(
      to.database.adminUrl,
      `select id from accounts where tenant_id = '${world.tenantId}'`,
    )
    expect(ids.filter(({ id }) => id === fresh.id)).toHaveLength(1)
  })

  it('is refused where it is already, and nothing is changed', async () => {
    const again = await here(to, ['tenant', 'import', join(folder, 'one.age'), '--identity', identity])
    expect([again.code, again.complaint]).toEqual([
      1,
      expect.stringContaining('is here already, so nothing was changed'),
    ])
  })

  it('may be sealed with a passphrase, which must be a good one', async () => {
    const weak = await here(from, ['tenant', 'export', world.tenantId, '--out', join(folder, 'weak.age')], 'ostoja1\n')
    expect([weak.code, weak.complaint]).toEqual([1, expect.stringContaining('could be guessed')])
    const file = join(folder, 'by-words.age')
    expect((await here(from, ['tenant', 'export', world.tenantId, '--out', file], `${passphrase}\n`)).code).toBe(0)
    // Of one that opens at a thousandth of the cost.
    const cheap = join(folder, 'cheap.age')
    const encrypter = new Encrypter()
    encrypter.setPassphrase(passphrase)
    encrypter.setScryptWorkFactor(8)
    await writeFile(cheap, await encrypter.encrypt('rows'))
    const wrong = await here(to, ['tenant', 'import', cheap], `${passphrase}x\n`)
    expect([wrong.code, wrong.complaint]).toEqual([1, expect.stringContaining('does not open the file')])
    const there = await here(to, ['tenant', 'import', file], `${passphrase}\n`)
    expect(there.complaint).toContain('is here already')
  })
})
