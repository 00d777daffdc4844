import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlatform, prepareToRun } from '../../src/composition.ts'
import { createKeys } from '../../src/platform/vault/key-files.ts'
import { commandHere } from '../support/commands.ts'
import { freshDatabase, setting, type OwnUrls } from '../support/database.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { plainEnvironment, root, runProgram } from '../support/processes.ts'
import { execFile } from 'node:child_process'

let ostoja: Ostoja
let folder: string
type Kind = 'root' | 'pepper'
const kinds = ['root', 'pepper'] as const
const names: Record<Kind, string> = { root: 'root key', pepper: 'pepper' }

beforeAll(async () => {
  ostoja = await startOstoja()
  await prepareToRun(ostoja.features)
  folder = await mkdtemp(join(tmpdir(), 'ostoja-keys-'))
})
afterAll(async () => {
  await ostoja.close()
  await rm(folder, { recursive: true, force: true })
})

/** The installation's key files, one of them changed. */
const filesWith = async (kind: Kind, change: (file: string) => Promise<unknown>) => {
  const files = { root: join(folder, 'root-keys'), pepper: join(folder, 'peppers') }
  await copyFile(ostoja.config.rootKeysFile, files.root)
  await copyFile(ostoja.config.peppersFile, files.pepper)
  await change(files[kind])
  return files
}

const flip = async (file: string) => {
  const text = await readFile(file, 'utf8')
  const at = text.indexOf(':') + 5
  await writeFile(file, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1))
}
const replace = async (file: string) => {
  await rm(file)
  await createKeys(file)
}
const rename = async (file: string) => writeFile(file, (await readFile(file, 'utf8')).replace(/^[^:]+/, 'other'))
const add = async (file: string) => {
  const own = await readFile(file, 'utf8')
  await replace(file)
  await writeFile(file, `${own}${await readFile(file, 'utf8')}`)
}

const check = async ({ root: rootKeysFile, pepper: peppersFile }: Record<Kind, string>) => {
  const platform = await createPlatform({ ...ostoja.config, rootKeysFile, peppersFile })
  try {
    await platform.keyChecks.check()
  } finally {
    await platform.close()
  }
}

const changes = [
  ['missing', (file: string) => rm(file), /the key file is missing .*put it back from the recovery kit/],
  ['altered by a bit', flip, /was altered since this database was sealed with it; put the file back/],
  ['under another name', rename, /was altered since this database was sealed with it; put the file back/],
  ['cut', (file: string) => writeFile(file, 'a:b\n'), /was altered or damaged .*put the key file back/],
  ['another installation’s', replace, /is another installation’s .*or set DATABASE_URL to the database that belongs/],
] as const

describe('the key files', () => {
  for (const kind of kinds) {
    for (const [state, change, sentence] of changes) {
      it(`with a ${names[kind]} ${state} are refused in one sentence that names the file and the mend`, async () => {
        const files = await filesWith(kind, change)
        const fault = await check(files).then(
          () => null,
          (thrown: unknown) => thrown as Error,
        )
        expect(fault?.constructor.name).toBe('OperatorFault')
        expect(fault?.message).toMatch(sentence)
        expect(fault?.message).toContain(files[kind])
        expect(fault?.message).not.toMatch(/[\n\r]/)
      })
    }

    it(`may hold a ${names[kind]} that the database has not seen beside the one it has`, async () => {
      await check(await filesWith(kind, add))
    })
  }

  it('that lack one key the database still needs are refused by its name', async () => {
    const both = await filesWith('root', add)
    const platform = await createPlatform({ ...ostoja.config, rootKeysFile: both.root })
    await platform.keyChecks.remember()
    await platform.close()
    const lines = (await readFile(both.root, 'utf8')).split('\n')
    await writeFile(both.root, `${lines[1] ?? ''}\n`)
    await expect(check(both)).rejects.toThrow(
      new RegExp(`root key ${lines[0]!.split(':')[0]!} is missing from the file`),
    )
    // One that nothing is wrapped with any more may go.
    await writeFile(both.root, `${lines[0] ?? ''}\n`)
    await check(both)
  })

  it('that lack a pepper which some password still needs are refused, and not where none does', async () => {
    const both = await filesWith('pepper', add)
    const lines = (await readFile(both.pepper, 'utf8')).split('\n')
    const [own, added] = lines.map(line => line.split(':')[0]!)
    const platform = await createPlatform({ ...ostoja.config, peppersFile: both.pepper })
    await platform.keyChecks.remember()
    await platform.close()
    const account = await ostoja.newAccount(await ostoja.newTenant(), ['staff'])
    const note = (pepper: string | null) =>
      ostoja.features.db.asTenant(account, trx =>
        trx('accounts').where({ id: account.id }).update({ pepper_id: pepper }),
      )
    // Whoever takes a pepper out of the file may be stopped before it is noted: that must not keep the product from starting.
    await writeFile(both.pepper, `${lines[0] ?? ''}\n`)
    await check(both)
    for (const needs of [added!, null]) {
      await note(needs)
      await expect(check(both)).rejects.toThrow(`pepper ${added} is missing from the file`)
    }
    await note(own!)
    await check(both)
  })

  it('stop web, worker and the command line, with a code that is not 0, before any of them starts', async () => {
    const files = await filesWith('root', replace)
    const environment = {
      DATA_DIR: folder,
      ROOT_KEYS_FILE: files.root,
      PEPPERS_FILE: files.pepper,
      DATABASE_URL: ostoja.config.databaseUrl,
      SIGNIN_DATABASE_URL: ostoja.config.signinDatabaseUrl,
      OWNER_DATABASE_URL: ostoja.database.urls.owner,
      BACKUP_DATABASE_URL: ostoja.database.urls.backup,
      REDIS_URL: setting('REDIS_URL'),
      TLS_CERT_FILE: ostoja.config.tls!.certFile,
      TLS_KEY_FILE: ostoja.config.tls!.keyFile,
      PORT: '0',
      HOST: '127.0.0.1',
    }
    const [web, worker, command] = await Promise.all([
      runMain('web', environment),
      runMain('worker', environment),
      runProgram('ostoja', ['tenant', 'create', '--name', 'Dom'], environment),
    ])
    for (const { code, complaint, output } of [web, worker]) {
      expect([code, output]).toEqual([1, ''])
      expect(complaint.trim().split('\n')).toEqual([expect.stringContaining('another installation’s root key')])
    }
    expect(command.code).toBe(1)
    expect(command.complaint.trim().split('\n')).toEqual([expect.stringContaining('another installation’s root key')])
  })
})

describe('bin/ostoja keys create', () => {
  const create = ['keys', 'create']
  const settingsOf = ({ urls, data }: { urls: OwnUrls; data: string }) => ({
    DATA_DIR: data,
    DATABASE_URL: urls.app,
    SIGNIN_DATABASE_URL: urls.signin,
    OWNER_DATABASE_URL: urls.owner,
    BACKUP_DATABASE_URL: urls.backup,
  })
  const told = (output: string, what: 'Made' | 'Kept') =>
    [...output.matchAll(new RegExp(`^${what} .*/(root-keys|peppers)$`, 'gm'))].map(match => match[1])
  const newFolder = () => mkdtemp(join(folder, 'created-'))

  it('makes no keys for a database that holds data under keys that are gone, and says so', async () => {
    const data = await newFolder()
    const { code, complaint } = await commandHere(create, settingsOf({ urls: ostoja.database.urls, data }))
    expect(code).toBe(1)
    expect(complaint).toContain(`only the keys in ${join(data, 'keys/root-keys')} and ${join(data, 'keys/peppers')}`)
    expect(complaint).toMatch(/they are gone: put them back from the recovery kit/)
    expect(await readdir(data)).toEqual([])
  })

  it('makes them for a new database, and keeps them when it is called again', async () => {
    const data = await newFolder()
    const database = await freshDatabase()
    const made = await runProgram('ostoja', create, settingsOf({ urls: database.urls, data }))
    expect([made.code, told(made.output, 'Made')]).toEqual([0, ['root-keys', 'peppers']])
    const again = await commandHere(create, settingsOf({ urls: database.urls, data }))
    expect([again.code, told(again.output, 'Kept')]).toEqual([0, ['root-keys', 'peppers']])
    await database.drop()
  })

  it('makes them where no database is known yet', async () => {
    const data = await newFolder()
    const { code, output } = await commandHere(create, { DATA_DIR: data })
    expect([code, told(output, 'Made')]).toEqual([0, ['root-keys', 'peppers']])
  })
})

const runMain = (role: string, set: Record<string, string>) =>
  new Promise<{ code: number; output: string; complaint: string }>(resolve => {
    execFile(
      process.execPath,
      [`${root}src/main.ts`, role],
      { env: plainEnvironment(set), timeout: 240_000 },
      (fault, output, complaint) => resolve({ code: fault ? Number(fault.code ?? -1) : 0, output, complaint }),
    )
  })
