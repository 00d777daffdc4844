import { readFile, writeFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealedColumns } from '../../src/composition/encryption-keys.ts'
import { createFeatures, createPlatform } from '../../src/composition.ts'
import type { Progress } from '../../src/features/encryption-keys/index.ts'
import type { Actor } from '../../src/platform/actor.ts'
import { SealBroken } from '../../src/platform/vault/cipher.ts'
import { newClient, newStaff } from '../support/clients.ts'
import { quick } from '../support/key-turner.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { root, runProgram } from '../support/processes.ts'
import { rounds } from '../support/rounds.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja
let admin: pg.Client
let actor: Actor
const keysOf = async (tenantId: string, purpose: 'data' | 'index') => {
  const { tenants } = await ostoja.features.encryptionKeys.status(tenantId)
  return tenants[0]!.keys.filter(key => key.purpose === purpose)
}
const actions = async (tenantId: string) => {
  const { rows } = await admin.query<{ action: string }>(
    `select action from audit_events where tenant_id = $1 and action like 'key.%' order by id`,
    [tenantId],
  )
  return rows.map(row => row.action)
}

beforeAll(async () => {
  ostoja = await startOstoja({ pace: quick })
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  actor = await newStaff(ostoja)
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

describe('the places of sealed values', () => {
  it('are told in docs/architecture.md, each with what it holds and until when', async () => {
    const page = await readFile(`${root}docs/architecture.md`, 'utf8')
    const told = [...page.matchAll(/^\| `(\w+\.\w+_sealed)` +\|[^|]+\|[^|]+\|$/gm)].map(match => match[1])
    expect(told.sort()).toEqual(sealedColumns.map(({ column }) => column).sort())
  })

  it('are every sealed column there is, each with the rest of its table’s primary key', async () => {
    const { rows } = await admin.query<{ column: string; key: string[] }>(`
      select columns.table_name || '.' || columns.column_name as column,
             array(select attname::text from pg_index, unnest(indkey) with ordinality as part (attnum, place)
                     join pg_attribute on attrelid = (columns.table_name)::regclass and pg_attribute.attnum = part.attnum
                    where indrelid = (columns.table_name)::regclass and indisprimary and attname <> 'tenant_id' order by place) as key
        from information_schema.columns columns
       where table_schema = 'public' and (column_name like '%_sealed' or data_type = 'bytea')
         and (table_name, column_name) not in (('tenant_keys', 'wrapped'), ('closed_keys', 'seal_header'),
           ('password_links', 'token_hash'), ('exports', 'opening_code_hash'), ('key_fingerprints', 'fingerprint'),
           ('audit_seals', 'macs'), ('audit_seals', 'head'), ('attachment_chunks', 'bytes'))`)
    const sorted = (places: readonly { column: string; key: readonly string[] }[]) =>
      places.map(({ column, key }) => ({ column, key: [...key] })).sort((a, b) => a.column.localeCompare(b.column))
    expect(sorted(sealedColumns)).toEqual(sorted(rows))
  })

  it('are guarded against closed keys, and may be sealed anew by the program, every one of them', async () => {
    for (const { column } of sealedColumns) {
      const [table = '', name = ''] = column.split('.')
      const { rows } = await admin.query<{ check: string }>(
        `select pg_get_expr(polwithcheck, polrelid) as check from pg_policy where polrelid = $1::regclass and not polpermissive and polcmd in ('a', 'w')`,
        [table],
      )
      expect(rows.filter(row => row.check.includes('closed_keys') && row.check.includes(name))).toHaveLength(2)
      const { rows: rights } = await admin.query<{ may: boolean }>(
        `select has_column_privilege('ostoja_app', $1, $2, 'update') as may`,
        [table, name],
      )
      expect(`${column}: ${String(rights[0]?.may)}`).toBe(`${column}: true`)
    }
  })

  it('with blind tokens are known: every table that has a column index_key', async () => {
    const { rows } = await admin.query<{ table_name: string }>(
      `select table_name from information_schema.columns where table_schema = 'public' and column_name = 'index_key' order by 1`,
    )
    expect(rows.map(row => row.table_name)).toEqual(['account_emails', 'clients', 'messages'])
    const { rows: tokens } = await admin.query<{ table_name: string }>(
      `select distinct table_name from information_schema.columns where table_schema = 'public' and column_name like '%\\_token%' and data_type in ('bigint', 'ARRAY') order by 1`,
    )
    expect(tokens).toEqual(rows)
  })
})

describe('a data key', () => {
  it('is kept for what is short-lived elsewhere, then destroyed by the worker, and every step is in the audit log', async () => {
    const { encryptionKeys, clients } = ostoja.features
    const { tenantId } = actor
    const id = await newClient(ostoja, actor, { familyName: 'Dawna' })
    const searchId = await clients.keepQuery(actor, 'dawna')
    const [outcome] = await encryptionKeys.rotate('data', { tenantId })
    expect(outcome).toMatchObject({ begun: true, standing: { phase: 'lingering' } })
    const [old, current] = await keysOf(tenantId, 'data')
    expect([old, current]).toMatchObject([{ current: false, uses: 0, closed: true, unused: true }, { current: true }])
    expect(await clients.findQuery(actor, searchId)).toBe('dawna')
    expect(await actions(tenantId)).toEqual(['key.made', 'key.rotated'])

    await encryptionKeys.turnDue()
    expect(await keysOf(tenantId, 'data')).toHaveLength(2)
    await admin.query(`update tenant_keys set retired_at = retired_at - interval '13 hours' where id = $1`, [old!.id])
    await encryptionKeys.turnDue()
    expect(await keysOf(tenantId, 'data')).toMatchObject([{ id: current!.id, current: true }])
    expect(await actions(tenantId)).toEqual(['key.made', 'key.rotated', 'key.destroyed'])
    expect(await clients.findQuery(actor, searchId)).toBeNull()
    expect((await clients.view(actor, id)).profile.familyName).toBe('Dawna')
  })

  it('turns by itself when it has got old, and not before', async () => {
    const tenantId = await ostoja.newTenant()
    const young = await keysOf(tenantId, 'data')
    await ostoja.features.encryptionKeys.turnDue()
    expect(await keysOf(tenantId, 'data')).toMatchObject([{ id: young[0]!.id }])
    await admin.query(`update tenant_keys set created_at = created_at - interval '91 days' where tenant_id = $1`, [
      tenantId,
    ])
    await ostoja.features.encryptionKeys.turnDue()
    expect(await keysOf(tenantId, 'data')).toMatchObject([{ id: young[0]!.id, current: false }, { current: true }])
    expect(await keysOf(tenantId, 'index')).toMatchObject([{ current: true }, { current: false, retired_ms: null }])
  })

  it('that is closed can’t be written with by somebody who was held up, and nothing is lost', async () => {
    const held = await createPlatform(ostoja.config, { pace: { ...quick, ringFreshMs: 3_600_000 } })
    const heldFeatures = createFeatures(held)
    const staff = await newStaff(ostoja)
    const id = await newClient(ostoja, staff, { familyName: 'Spóźniona' })
    const place = { tenant: staff.tenantId, column: 'clients.profile_sealed', row: id } as const
    await heldFeatures.clients.view(staff, id)
    await ostoja.features.encryptionKeys.rotate('data', { tenantId: staff.tenantId, atOnce: true })

    const late = await held.vault.seal({ familyName: 'Late' }, place)
    const writing = held.db.asTenant(staff, trx => trx('clients').where({ id }).update({ profile_sealed: late }))
    await expect(writing).rejects.toThrow('row-level security')
    // What it meets next tells it that keys have turned.
    const { last, profile } = await heldFeatures.clients.view(staff, id)
    expect(profile.familyName).toBe('Spóźniona')
    expect(await heldFeatures.clients.amend(staff, id, last.version, { ...profile, notes: 'in time' })).toEqual({
      outcome: 'amended',
    })
    await held.close()
  })

  it('waits for a long transaction that has written with it', async () => {
    const staff = await newStaff(ostoja)
    const { db, vault } = ostoja.platform
    const id = await newClient(ostoja, staff, { familyName: 'Długa' })
    const place = { tenant: staff.tenantId, column: 'clients.profile_sealed', row: id } as const
    const { rows } = await admin.query<{ profile_sealed: Buffer }>('select profile_sealed from clients where id = $1', [
      id,
    ])
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>()
    const long = db.asTenant(staff, async trx => {
      await trx.raw('update clients set profile_sealed = ? where id = ?', [rows[0]!.profile_sealed, id])
      await released
    })
    let passedOver = 0
    const tell = (progress: Progress) => {
      if ('moved' in progress && progress.moved === 0 && ++passedOver === 4) release(undefined)
    }
    const rotating = ostoja.features.encryptionKeys
      .rotate('data', { tenantId: staff.tenantId, atOnce: true, tell })
      .finally(() => release(undefined))
    await long
    expect(await rotating).toMatchObject([{ standing: { phase: 'done' } }])
    expect(passedOver).toBeGreaterThanOrEqual(4)
    const { rows: now } = await admin.query<{ profile_sealed: Buffer }>(
      'select profile_sealed from clients where id = $1',
      [id],
    )
    expect(await vault.open(now[0]!.profile_sealed, place)).toMatchObject({ familyName: 'Długa' })
  })

  it('is kept where a value was altered, and the command says so; nobody else is kept from turning', async () => {
    const staff = await newStaff(ostoja)
    const [id, sound] = [await newClient(ostoja, staff), await newClient(ostoja, staff, { familyName: 'Cała' })]
    const altered = `set_byte(profile_sealed, 40, get_byte(profile_sealed, 40) # 1)`
    await admin.query(`update clients set profile_sealed = ${altered} where id = $1`, [id])
    const [outcome] = await ostoja.features.encryptionKeys.rotate('data', { tenantId: staff.tenantId, atOnce: true })
    expect(outcome!.standing).toEqual({ phase: 'stuck', uses: 1 })
    expect(await keysOf(staff.tenantId, 'data')).toMatchObject([{ current: false, uses: 1 }, { current: true }])
    expect((await ostoja.features.clients.view(staff, sound!)).profile.familyName).toBe('Cała')

    await admin.query(`update clients set profile_sealed = ${altered} where id = $1`, [id])
    const [mended] = await ostoja.features.encryptionKeys.rotate('data', { tenantId: staff.tenantId, atOnce: true })
    expect(mended).toMatchObject({ begun: false, standing: { phase: 'done' } })
  })

  it('does not undo what somebody changes in the same moment', async () => {
    const staff = await newStaff(ostoja)
    const id = await newClient(ostoja, staff)
    const { clients, encryptionKeys } = ostoja.features
    const rotating = encryptionKeys.rotate('data', { tenantId: staff.tenantId, atOnce: true })
    for (let note = 0; note < 20; note++) {
      const { last, profile } = await clients.view(staff, id)
      expect(await clients.amend(staff, id, last.version, { ...profile, notes: `note ${note}` })).toEqual({
        outcome: 'amended',
      })
      expect((await clients.view(staff, id)).profile.notes).toBe(`note ${note}`)
    }
    await rotating
    expect((await clients.view(staff, id)).profile.notes).toBe('note 19')
    expect((await clients.history(staff, id)).entries).toHaveLength(21)
  })
})

describe('ciphertexts', () => {
  it('swapped across rows, columns and tenants are refused', async () => {
    const { vault } = ostoja.platform
    const tenants = [await ostoja.newTenant(), await ostoja.newTenant(), await ostoja.newTenant()]
    const columns = sealedColumns.map(({ column }) => column)
    const pick = <T>(from: readonly T[]) => from[Math.floor(Math.random() * from.length)]!
    let refused = 0
    const pairs = rounds({ soak: 1000, usual: 99 })
    for (let pair = 0; pair < pairs; pair++) {
      const place = { tenant: pick(tenants), column: pick(columns), row: crypto.randomUUID() }
      const differs = [
        { row: crypto.randomUUID() },
        { column: pick(columns.filter(c => c !== place.column)) },
        { tenant: pick(tenants.filter(t => t !== place.tenant)) },
      ]
      const elsewhere = { ...place, ...differs[pair % 3] }
      const [here, there] = [await vault.seal({ pair }, place), await vault.seal({ pair: -pair }, elsewhere)]
      for (const [sealed, at] of [
        [there, place],
        [here, elsewhere],
      ] as const)
        await vault.open(sealed, at).catch((fault: unknown) => {
          if (fault instanceof SealBroken) refused++
        })
      expect(await vault.open(here, place)).toEqual({ pair })
    }
    expect(refused).toBe(2 * pairs)
  })
})

describe('what is signed with a root key', () => {
  it('stays good when it turns: who is signed in stays so, and a page that was open keeps its ticket', async () => {
    const visitor = await ostoja.signedIn(actor.tenantId, ['staff'])
    const { tickets } = ostoja.features
    const now = new Date()
    const ticket = tickets.write({
      tenantId: actor.tenantId,
      accountId: 1,
      session: 's',
      page: '/',
      id: 'i',
      opened: 'o',
      madeAt: now.getTime(),
    })
    const steps: string[] = []
    await ostoja.features.encryptionKeys.rotateRoot(({ step }) => void steps.push(step))
    expect(steps).toEqual(['announced', 'current'])
    expect((await visitor.get('/clients')).status).toBe(200)
    expect(tickets.read(ticket, now)).toMatchObject({ id: 'i' })

    const restarted = await createPlatform(ostoja.config, { pace: quick })
    expect(createFeatures(restarted).tickets.read(ticket, now)).toMatchObject({ id: 'i' })
    expect(restarted.derive('sign-in attempts')).toEqual(ostoja.platform.derive('sign-in attempts'))
    expect([...restarted.sessionSecrets].sort()).toEqual([...ostoja.platform.sessionSecrets].sort())
    await restarted.close()
  })

  it('follows a file that somebody copied from another machine', async () => {
    const file = ostoja.config.rootKeysFile
    const text = await readFile(file, 'utf8')
    await writeFile(file, `${text.trim()}\nfrom-elsewhere:${Buffer.alloc(32, 7).toString('base64')}\n`)
    await until('the key is known', () => ostoja.platform.rootKeys.keys.find('from-elsewhere'))
    expect(ostoja.platform.sessionSecrets).toHaveLength(ostoja.platform.rootKeys.keys.all.length)
  })
})

describe('bin/ostoja keys', () => {
  it('shows every key with its uses, and turns them to the end', async () => {
    const { config } = ostoja
    const settings = {
      DATA_DIR: config.dataDir,
      DATABASE_URL: config.databaseUrl,
      SIGNIN_DATABASE_URL: config.signinDatabaseUrl,
      OWNER_DATABASE_URL: ostoja.database.urls.owner,
      BACKUP_DATABASE_URL: ostoja.database.urls.backup,
      REDIS_URL: config.redisUrl,
    }
    const [status, unknown] = await Promise.all([
      runProgram('ostoja', ['keys', 'status', '--tenant', actor.tenantId], settings),
      runProgram('ostoja', ['keys', 'rotate-data', '--tenant', crypto.randomUUID()], settings),
    ])
    expect(status.complaint).toBe('')
    expect(status.output).toMatch(/data key \d+ {2}current, 0 days old, \d+ uses, under root key/)
    expect(unknown).toMatchObject({ code: 1 })
    expect(unknown.complaint).toContain('there is no organisation with this id')
  })
})
