import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFeatures, createPlatform, prepareToRun } from '../../src/composition.ts'
import { dataName } from '../../src/features/backups/index.ts'
import { installationId, systemActor, type Actor } from '../../src/platform/actor.ts'
import { NotFound } from '../../src/platform/errors.ts'
import type { ArrivingFile } from '../../src/platform/web/multipart.ts'
import { dropDatabases, inDatabase, newDatabase, restoreOf } from '../support/backups.ts'
import { newClient } from '../support/clients.ts'
import { ownUrls } from '../support/database.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'

type Person = Actor & { accountId: number }
const familyName = unlikely('Nazwisko')
/** Of several pieces. */
const content = randomBytes(600_000)

let ostoja: Ostoja
let anna: Person
let marek: Person
let doomed: string
let kept: Sent
let gone: Sent
let unsent: { about: string; other: string }

beforeAll(async () => {
  ostoja = await startOstoja({ backups: true })
  await prepareToRun(ostoja.features)
  const tenantId = await ostoja.newTenant()
  const person = async (): Promise<Person> => {
    const { id: accountId } = await ostoja.newAccount(tenantId, ['staff', 'administrator'])
    return { tenantId, accountId, roles: ['staff', 'administrator'] }
  }
  ;[anna, marek] = [await person(), await person()]
  doomed = await newClient(ostoja, anna, { familyName })
  gone = await send(doomed)
  kept = await send(await newClient(ostoja, anna))
  unsent = { about: await put(`Maria ${familyName} wypis.txt`), other: await put('plan.txt') }
})
afterAll(async () => {
  await ostoja.close()
  await dropDatabases()
})

async function* oneFile(name: string): AsyncGenerator<ArrivingFile> {
  const bytes = async function* () {
    yield content
  }
  yield { field: 'files', name, bytes: bytes() }
}
/** Puts a file into a tray of its own. @returns its id */
const put = async (name: string, tray = randomUUID() as string): Promise<string> => {
  const { trays } = ostoja.features.attachments
  expect(await trays.putIn(anna, tray, oneFile(name))).toBeNull()
  return (await trays.look(anna, tray)).attachments.at(-1)!.id
}

type Sent = { file: string; thread: string }
/** A message about a client, with a file whose name says nothing of them. */
const send = async (client: string): Promise<Sent> => {
  const tray = randomUUID()
  const file = await put('skan.pdf', tray)
  const ids = { thread: randomUUID(), message: randomUUID(), client }
  const form = {
    to: { accounts: [marek.accountId], roles: [] },
    subject: 'Wypis',
    text: 'W załączeniu.',
    urgent: false,
  }
  await ostoja.features.messages.start(anna, ids, { ...form, tray })
  return { file, thread: ids.thread }
}

const open = async ({ attachments }: Ostoja['features'], who: Person, file: string) =>
  (await buffer((await attachments.open(who, file)).bytes)).equals(content)
const pieces = async (url: string, file: string) =>
  (await inDatabase(url, `select 1 from attachment_chunks where attachment_id = '${file}'`)).length
const files = async (url: string) =>
  (await inDatabase<{ id: string }>(url, 'select id from attachments')).map(({ id }) => id).sort()

/** What holds wherever the client was erased. */
const nothingOfTheErased = async (url: string, features: Ostoja['features']) => {
  expect(await files(url)).toEqual([kept.file, unsent.other].sort())
  for (const file of [gone.file, unsent.about]) {
    expect(await pieces(url, file)).toBe(0)
    await expect(features.attachments.open(anna, file)).rejects.toThrow(NotFound)
  }
  await expect(features.messages.read(marek, gone.thread)).rejects.toThrow(NotFound)
  expect(await open(features, marek, kept.file)).toBe(true)
  expect(await open(features, anna, unsent.other)).toBe(true)
}

/** Restores a backup with the keys of this place, and starts on it as main.ts does. */
const startOnBackup = async (id: string) => {
  const adminUrl = await newDatabase()
  const urls = ownUrls(new URL(adminUrl).pathname.slice(1))
  await restoreOf(ostoja, join(ostoja.config.backups.store, dataName(id)), adminUrl)
  const config = { ...ostoja.config, databaseUrl: urls.app, signinDatabaseUrl: urls.signin }
  const platform = await createPlatform(config)
  const features = createFeatures(platform)
  await prepareToRun(features)
  return { adminUrl, features, close: () => platform.close() }
}

describe('files of messages about somebody who is erased', () => {
  let before: string
  let usedBefore: number
  const used = async () =>
    Number(
      (
        await inDatabase<{ bytes: string }>(
          ostoja.database.adminUrl,
          `select bytes from tenant_usage where tenant_id = '${anna.tenantId}'`,
        )
      )[0]!.bytes,
    )

  it('go in one with the client, with every piece; files of others stay', async () => {
    before = (await ostoja.features.backups.makeNow()).id
    usedBefore = await used()
    await ostoja.features.erasures.erase(anna, doomed, 'na życzenie')
    await nothingOfTheErased(ostoja.database.adminUrl, ostoja.features)
    expect(await used()).toBeLessThanOrEqual(usedBefore - 2 * content.length)
  })

  it('are gone from an older backup as soon as Ostoja starts on it, and the others open there', async () => {
    const elsewhere = await startOnBackup(before)
    try {
      await nothingOfTheErased(elsewhere.adminUrl, elsewhere.features)
    } finally {
      await elsewhere.close()
    }
  })
})

describe('a backup', () => {
  const proofOf = async (id: string) => {
    const rows = await ostoja.features.backups.list(systemActor(installationId))
    return rows.find(row => row.id === id)
  }

  it('counts files and their pieces, and its drill opens what is known of the files', async () => {
    const made = await ostoja.features.backups.makeNow()
    expect([made.tables['public.attachments'], made.tables['public.attachment_chunks']]).toEqual([2, 6])
    expect(await proofOf(made.id)).toMatchObject({ proof: 'proven' })
    await inDatabase(
      ostoja.database.adminUrl,
      `update attachments set facts_sealed = set_byte(facts_sealed, 40, get_byte(facts_sealed, 40) # 1) where id = '${kept.file}'`,
    )
    await expect(ostoja.features.backups.makeNow()).rejects.toMatchObject({ problem: 'rows-do-not-open' })
  })
})
