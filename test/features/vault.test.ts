import { randomUUID } from 'node:crypto'
import { chmod, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TooBusy } from '../../src/platform/errors.ts'
import { SealBroken } from '../../src/platform/vault/cipher.ts'
import { createKeys, freshKey, readKeys, writeKeys } from '../../src/platform/vault/key-files.ts'
import { createPasswords } from '../../src/platform/vault/passwords.ts'
import type { Place, Vault } from '../../src/platform/vault/vault.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
let vault: Vault
let tenant: string
let other: string
const placeIn = (tenantId: string, row: string = randomUUID()): Place => ({
  tenant: tenantId,
  column: 'clients.profile_sealed',
  row,
})

beforeAll(async () => {
  ostoja = await startOstoja()
  ;({ vault } = ostoja.platform)
  tenant = await ostoja.newTenant()
  other = await ostoja.newTenant()
})
afterAll(() => ostoja.close())

describe('a sealed value', () => {
  it('opens to what was sealed, whatever it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async value => {
        const place = placeIn(tenant)
        expect(await vault.open(await vault.seal(value, place), place)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('has the format of the design: version, key id, nonce, ciphertext, tag; and never twice the same nonce', async () => {
    const place = placeIn(tenant)
    const [first, second] = [await vault.seal('tajne', place), await vault.seal('tajne', place)]
    expect(first.length).toBe(1 + 4 + 12 + Buffer.from('"tajne"').length + 16)
    expect(first.readUInt8()).toBe(1)
    expect(first.subarray(5, 17)).not.toEqual(second.subarray(5, 17))
    expect(first.includes('tajne')).toBe(false)
  })

  it('opens in no other row, column or tenant', async () => {
    const place = placeIn(tenant)
    const sealed = await vault.seal('tajne', place)
    const moved: Place[] = [placeIn(tenant), { ...place, column: 'clients.other_sealed' }, { ...place, tenant: other }]
    for (const elsewhere of moved) await expect(vault.open(sealed, elsewhere)).rejects.toThrow(SealBroken)
  })

  it('does not open when any single bit of it is changed, or when it is cut', async () => {
    const place = placeIn(tenant)
    const sealed = await vault.seal({ name: 'Zofia' }, place)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Buffer.from(sealed)
      altered[bit >> 3]! ^= 1 << (bit & 7)
      await expect(vault.open(altered, place)).rejects.toThrow(SealBroken)
    }
    for (const length of [0, 1, 16, 32, sealed.length - 1]) {
      await expect(vault.open(sealed.subarray(0, length), place)).rejects.toThrow(SealBroken)
    }
  })
})

describe('the blind index', () => {
  it('gives equal words equal tokens within a tenant, and other tokens in another tenant', async () => {
    const [here, again, elsewhere] = [
      await vault.tokens(tenant, ['n:kowal']),
      await vault.tokens(tenant, ['n:kowal']),
      await vault.tokens(other, ['n:kowal']),
    ]
    expect(here).toEqual(again)
    expect(here).not.toEqual(elsewhere)
    expect(BigInt.asIntN(64, BigInt(here[0]!)).toString()).toBe(here[0])
  })
})

describe('many values of one column', () => {
  it('open and are sealed anew together as each by itself, and one that does not open is told apart', async () => {
    const column = { tenant, column: 'clients.profile_sealed' } as const
    const rows = await Promise.all(
      Array.from({ length: 600 }, async (_, n) => {
        const row = randomUUID()
        return { row, sealed: await vault.seal({ n }, { ...column, row }) }
      }),
    )
    const nonces = new Set(rows.map(({ sealed }) => sealed.toString('hex', 5, 17)))
    expect(nonces.size).toBe(600)
    expect(await vault.openAll(rows, column)).toEqual(rows.map((_, n) => ({ n })))

    const moved = [rows[0]!, { ...rows[1]!, row: randomUUID() }, { row: 'none', sealed: Buffer.from('none') }]
    await expect(vault.openAll(moved, column)).rejects.toThrow(SealBroken)
    const [fresh, ...broken] = await vault.resealAll(moved, column)
    expect(broken).toEqual([null, null])
    expect(fresh!.equals(rows[0]!.sealed)).toBe(false)
    expect(await vault.open(fresh!, { ...column, row: rows[0]!.row })).toEqual({ n: 0 })
  })
})

describe('passwords', () => {
  it('verify only with the password and the pepper that made them, and keep neither', async () => {
    const file = join(ostoja.dataDir, 'peppers-a')
    await createKeys(file)
    const passwords = createPasswords(await readKeys(file))
    const kept = await passwords.hash('Zażółć gęślą 1!')
    expect(kept.argon2).toMatch(/^\$argon2id\$v=19\$m=32768,t=3,p=1\$/)
    expect(JSON.stringify(kept)).not.toContain('Zażółć')
    expect(await passwords.verify(kept, 'Zażółć gęślą 1!'.normalize('NFD'))).toBe(true)
    expect(await passwords.verify(kept, 'Zażółć gęślą 1')).toBe(false)
    expect(await passwords.verify(null, 'Zażółć gęślą 1!')).toBe(false)

    const otherFile = join(ostoja.dataDir, 'peppers-b')
    await createKeys(otherFile)
    const elsewhere = createPasswords(await readKeys(otherFile))
    const other = await readKeys(otherFile)
    expect(await elsewhere.verify({ ...kept, pepper: other.current.id }, 'Zażółć gęślą 1!')).toBe(false)
  })
})

describe('passwords', () => {
  it('let no more than a short line wait, and say when to come again', async () => {
    const file = join(ostoja.dataDir, 'peppers-c')
    await createKeys(file)
    const passwords = createPasswords(await readKeys(file), { memoryCost: 1024, timeCost: 1, parallelism: 1 })
    const answers = await Promise.allSettled(Array.from({ length: 70 }, () => passwords.hash('x')))
    const refused = answers.filter(answer => answer.status === 'rejected').map(answer => answer.reason as TooBusy)
    expect(refused.length).toBeGreaterThanOrEqual(18)
    expect(refused.length).toBeLessThanOrEqual(20)
    for (const fault of refused) expect([fault instanceof TooBusy, fault.seconds > 0]).toEqual([true, true])
    await passwords.hash('x')
  })

  it.runIf(process.platform === 'linux')('are checked behind whatever else this process has to do', async () => {
    const file = join(ostoja.dataDir, 'peppers-f')
    await createKeys(file)
    const passwords = createPasswords(await readKeys(file))
    const { threads: before } = await niceness()
    await Promise.all([passwords.hash('x'), passwords.hash('x')])
    const { own, threads } = await niceness()
    expect(own).toBe(0)
    expect(threads.filter(nice => nice === 10).length - before.filter(nice => nice === 10).length).toBe(2)
    await passwords.close()
    await expect(passwords.hash('x')).resolves.toMatchObject({ argon2: expect.any(String) as string })
    await passwords.close()
  })

  it('take as long for nobody’s login after the pepper has turned and the old one is gone', async () => {
    const [one, two] = [join(ostoja.dataDir, 'peppers-d'), join(ostoja.dataDir, 'peppers-e')]
    await createKeys(one)
    await createKeys(two)
    let keys = await readKeys(one)
    const passwords = createPasswords({
      get current() {
        return keys.current
      },
      get all() {
        return keys.all
      },
      find: id => keys.find(id),
    })
    expect(await passwords.verify(null, 'x')).toBe(false)
    keys = await readKeys(two)
    expect(await passwords.verify(null, 'x')).toBe(false)
  })
})

/** How far back in the queue for the machine's cores the event loop and all threads of this process stand. */
const niceness = async () => {
  const of = async (thread: string) => {
    const fields = (await readFile(`/proc/self/task/${thread}/stat`, 'utf8')).split(') ')[1]!.split(' ')
    return Number(fields[16])
  }
  return { own: await of(String(process.pid)), threads: await Promise.all((await readdir('/proc/self/task')).map(of)) }
}

describe('a key file', () => {
  it('is made once, for its owner only', async () => {
    const file = join(ostoja.dataDir, 'keys', 'fresh')
    expect([await createKeys(file), await createKeys(file)]).toEqual(['made', 'kept'])
    expect((await readKeys(file)).current.key).toHaveLength(32)
  })

  it('that is missing, readable by others, empty or broken is refused, each with its own sentence', async () => {
    const file = join(ostoja.dataDir, 'broken')
    await expect(readKeys(file)).rejects.toThrow('no such file')
    await writeFile(file, '', { mode: 0o600 })
    await expect(readKeys(file)).rejects.toThrow('holds no key')
    await writeFile(file, 'a:short\n')
    await expect(readKeys(file)).rejects.toThrow('not "id:"')
    await chmod(file, 0o644)
    await expect(readKeys(file)).rejects.toThrow('others may read')
  })

  it('is never read half, while several write it at once and keys come and go', async () => {
    const file = join(ostoja.dataDir, 'keys', 'written')
    const all = Array.from({ length: 9 }, freshKey)
    await writeKeys(file, all)
    let writing = 4
    let readings = 0
    const writer = async () => {
      for (let round = 1; round <= 25 || readings <= 10; round++)
        await writeKeys(file, all.slice(0, 1 + (round % all.length)))
      writing -= 1
    }
    const reader = async () => {
      for (; writing > 0; readings++) expect((await readKeys(file)).current.id).toBe(all[0]!.id)
    }
    await Promise.all([reader(), ...Array.from({ length: writing }, writer)])
    expect(readings).toBeGreaterThan(10)
    expect((await readdir(join(ostoja.dataDir, 'keys'))).filter(name => name.startsWith('written'))).toEqual([
      'written',
    ])
  })

  it('never takes what could not be read back, and takes away what a killed process left beside it', async () => {
    const file = join(ostoja.dataDir, 'keys', 'kept')
    await createKeys(file)
    const before = await readFile(file, 'utf8')
    const nameless = { ...freshKey(), id: '' }
    await expect(writeKeys(file, [freshKey(), nameless])).rejects.toThrow('not "id:"')
    await expect(writeKeys(file, [])).rejects.toThrow('holds no key')
    expect(await readFile(file, 'utf8')).toBe(before)

    const left = `${file}.0123456789ab.new`
    await writeFile(left, before)
    await utimes(left, 0, 0)
    await writeKeys(file, [freshKey()])
    await expect(readFile(left)).rejects.toThrow('ENOENT')
  })
})
