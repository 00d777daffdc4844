import { hash } from '@node-rs/argon2'
import { Encrypter } from 'age-encryption'
import pg from 'pg'
import type { Platform } from '../src/composition.ts'
import { clientColumns, copyInto, createRowWriter } from './seed.ts'

type Database = { adminUrl: string; pgBin: string }

/** Rows a second of bare seal, index and COPY: the same rows into a table of the same shape and indexes, nothing else. */
export const copyRate = async (
  platform: Platform,
  database: Database,
  tenantId: string,
  count: number,
): Promise<number> => {
  const admin = new pg.Client(database.adminUrl)
  await admin.connect()
  await admin.query('drop schema if exists bench_copy cascade; create schema bench_copy')
  await admin.query('create table bench_copy.clients (like public.clients including defaults including indexes)')
  const rows = createRowWriter(platform, { tenantId, accountId: 1, seed: 9 })
  const began = performance.now()
  const copy = copyInto(database, `bench_copy.clients (${clientColumns.join(', ')})`)
  for (let at = 0; at < count; at += 200)
    await copy.write(
      await Promise.all(Array.from({ length: Math.min(200, count - at) }, (_, n) => rows.client(at + n))),
    )
  await copy.end()
  const perSecond = (count * 1000) / (performance.now() - began)
  await admin.query('drop schema bench_copy cascade')
  await admin.end()
  return perSecond
}

/** Bare Argon2id a second, at the parameters of the product, as many at once as it allows itself. */
export const argonRate = async (count: number): Promise<number> => {
  const one = () => hash('a password of the benchmark', { memoryCost: 32 * 1024, timeCost: 3, parallelism: 1 })
  await one()
  const began = performance.now()
  const half = async () => {
    for (let done = 0; done < count / 2; done++) await one()
  }
  await Promise.all([half(), half()])
  return (count * 1000) / (performance.now() - began)
}

/** Bytes a second through `age` alone, to a key, the text made before the clock starts. */
export const ageRate = async (bytes: number): Promise<number> => {
  const piece = Buffer.alloc(64 * 1024, '{"familyName":"Kowalska"}')
  const encrypter = new Encrypter()
  encrypter.setPassphrase('of the benchmark')
  encrypter.setScryptWorkFactor(10)
  let left = bytes
  const plain = new ReadableStream<Uint8Array>({
    pull: controller => {
      if (left <= 0) return controller.close()
      controller.enqueue(piece)
      left -= piece.length
    },
  })
  const began = performance.now()
  let written = 0
  for await (const sealed of (await encrypter.encrypt(plain)) as unknown as AsyncIterable<Uint8Array>)
    written += sealed.length
  return (written * 1000) / (performance.now() - began)
}

/** Bare open and seal of records a second, on one core. */
export const resealRate = async (platform: Platform, tenantId: string, count: number): Promise<number> => {
  const column = { tenant: tenantId, column: 'clients.profile_sealed' } as const
  const sealed = await platform.vault.seal({ text: 'x'.repeat(500) }, { ...column, row: 'bench' })
  const some = Array.from({ length: 500 }, () => ({ row: 'bench', sealed }))
  await platform.vault.resealAll(some, column)
  const began = performance.now()
  for (let done = 0; done < count; done += some.length) await platform.vault.resealAll(some, column)
  return (count * 1000) / (performance.now() - began)
}
