import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBase64Lines } from '../../src/features/exports/file/base64-lines.ts'
import { deriveWrapKey, normalPassphrase } from '../../src/features/exports/file/wrap-key.ts'
import { writeExport } from '../../src/features/exports/file/write-export.ts'
import { formatOf } from '../../src/features/exports/formats/formats.ts'
import { generatePassphrase, wordList } from '../../src/features/exports/passphrase/generated.ts'
import { isStrongEnough } from '../../src/features/exports/passphrase/strength.ts'
import type { ExportedClient } from '../../src/features/exports/index.ts'
import { extractWithTools, openWithAge } from '../support/age-cli.ts'
import { rounds } from '../support/rounds.ts'
import {
  blankViewer,
  sampleClient,
  sampleClients,
  sampleManifest,
  samplePassphrase,
  sampleWords,
  writeSample,
} from '../support/export-samples.ts'

const run = promisify(execFile)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-export-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const linesOf = (plain: string) =>
  plain
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)

describe('an emergency export', () => {
  it('opens with the age of the operating system, taken out by the tools its own comment names', async () => {
    const html = join(folder, 'age.html')
    const written = await writeSample(html, sampleClients(300))
    expect(written).toMatchObject({ clients: 300, contacts: 900, bytes: (await stat(html)).size })

    await extractWithTools(html, join(folder, 'export.age'))
    const opened = await openWithAge(join(folder, 'export.age'), samplePassphrase, join(folder, 'export.ndjson'))
    expect(opened).toMatchObject({ code: 0 })
    const [manifest, ...clients] = linesOf(await readFile(join(folder, 'export.ndjson'), 'utf8'))
    expect(manifest).toEqual(sampleManifest())
    expect(clients).toEqual(Array.from({ length: 300 }, (_, n) => sampleClient(n)))

    const refused = await openWithAge(join(folder, 'export.age'), 'another passphrase', join(folder, 'nothing'))
    expect(refused.code).not.toBe(0)
    expect(refused.said).toContain('incorrect passphrase')
  })

  it('opens for a passphrase and for each of several keys, out of one body, and for nobody else', async () => {
    const identities = await Promise.all([generateX25519Identity(), generateX25519Identity(), generateX25519Identity()])
    const [first, second] = await Promise.all(identities.map(identityToRecipient))
    const html = join(folder, 'both.html')
    await writeSample(html, sampleClients(300), { publicKeys: [first!, second!] })
    await extractWithTools(html, join(folder, 'both.age'))
    expect(await openWithAge(join(folder, 'both.age'), samplePassphrase, join(folder, 'by-passphrase'))).toMatchObject({
      code: 0,
    })
    await extractWithTools(html, join(folder, 'keys.age'), 'for-keys')
    for (const [at, identity] of identities.entries()) {
      await writeFile(join(folder, 'identity'), `${identity}\n`)
      const opened = run('age', [
        '-d',
        '-i',
        join(folder, 'identity'),
        '-o',
        join(folder, `by-${at}`),
        join(folder, 'keys.age'),
      ])
      if (at === 2) await expect(opened).rejects.toThrow('no identity matched')
      else await opened
    }
    const plain = await readFile(join(folder, 'by-passphrase'), 'utf8')
    expect(linesOf(plain)).toHaveLength(301)
    expect(await readFile(join(folder, 'by-0'), 'utf8')).toBe(plain)
    expect(await readFile(join(folder, 'by-1'), 'utf8')).toBe(plain)
  })

  it('is a bare age file in each other format, which age opens by passphrase or by key', async () => {
    const identity = await generateX25519Identity()
    await writeFile(join(folder, 'own'), `${identity}\n`)
    const publicKeys = [await identityToRecipient(identity)]
    for (const format of ['fhir', 'csv', 'vcard'] as const) {
      const file = join(folder, `${format}.age`)
      const written = await writeSample(file, sampleClients(50), { format, publicKeys, passphrase: null })
      expect(written.sha256).toBe(
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      )
      const { stdout } = await run('age', ['-d', '-i', join(folder, 'own'), file], { maxBuffer: 1e8 })
      expect(stdout).toContain('Łukasz')
      await writeSample(file, sampleClients(50), { format })
      expect(await openWithAge(file, samplePassphrase, `${file}.plain`)).toMatchObject({ code: 0 })
      expect(await readFile(`${file}.plain`, 'utf8')).toBe(stdout)
      await expect(writeSample(file, sampleClients(1), { format, publicKeys })).rejects.toThrow(
        'passphrase or for keys',
      )
    }
    await expect(writeSample(join(folder, 'nobody'), sampleClients(1), { passphrase: null })).rejects.toThrow(
      'for somebody',
    )
  })

  it('opens with the full cost of scrypt too', async () => {
    const html = join(folder, 'full.html')
    await writeSample(html, sampleClients(2), { logN: 18 })
    await extractWithTools(html, join(folder, 'full.age'))
    const opened = await openWithAge(join(folder, 'full.age'), samplePassphrase, join(folder, 'full.ndjson'))
    expect(opened).toMatchObject({ code: 0 })
    expect(linesOf(await readFile(join(folder, 'full.ndjson'), 'utf8'))).toHaveLength(3)
  })

  it('is whole for the age library’s own decrypter with no client, and with clients of any odd size around the seams of its pieces', async () => {
    for (const count of [0, 1, 2, 97]) {
      const html = join(folder, `odd-${String(count)}.html`)
      await writeSample(
        html,
        sampleClients(count, n => ({ alerts: ['x'.repeat(n * 719)] })),
      )
      await extractWithTools(html, join(folder, 'odd.age'))
      const decrypter = new Decrypter()
      decrypter.addPassphrase(samplePassphrase)
      expect(linesOf(await decrypter.decrypt(await readFile(join(folder, 'odd.age')), 'text'))).toHaveLength(count + 1)
    }
  })

  it('holds nothing personal in the clear, in no encoding, at no alignment', async () => {
    const html = join(folder, 'clear.html')
    const count = rounds({ soak: 200, usual: 60 })
    await writeSample(html, sampleClients(count))
    const text = await readFile(html, 'utf8')
    await extractWithTools(html, join(folder, 'clear.age'))
    const payload = await readFile(join(folder, 'clear.age'))

    const secrets = Array.from({ length: count }, (_, n) => sampleClient(n)).flatMap(secretsOf)
    secrets.push('Dom Pod Lipą', samplePassphrase)
    for (const secret of new Set(secrets)) {
      const bytes = Buffer.from(secret)
      expect(payload.includes(bytes)).toBe(false)
      for (const seen of encodings(bytes)) expect(text.includes(seen), `${secret} as ${seen}`).toBe(false)
    }
  })

  it('waits for a slow disk instead of piling up', async () => {
    const wrapKey = await deriveWrapKey('a passphrase', 10)
    let ahead = 0
    let furthest = 0
    const slow = new Writable({
      highWaterMark: 64 * 1024,
      write: (_piece, _encoding, done) => {
        furthest = Math.max(furthest, ahead)
        ahead = 0
        setTimeout(done, 5)
      },
    })
    async function* counted() {
      for await (const clients of sampleClients(3000)) {
        ahead += clients.length
        yield clients
      }
    }
    await writeExport({
      records: counted(),
      format: formatOf('viewer', sampleManifest(), sampleWords, 'pl'),
      audience: { wrapKey, publicKeys: [] },
      createdAt: sampleManifest().createdAt,
      viewer: blankViewer,
      out: slow,
    })
    expect(furthest).toBeLessThan(1000)
  })

  it('leaves no end marker when its records fail', async () => {
    async function* failing(): AsyncGenerator<ExportedClient[]> {
      yield* sampleClients(500)
      throw new Error('the database went away')
    }
    const html = join(folder, 'failing.html')
    await expect(writeSample(html, failing())).rejects.toThrow('the database went away')
    expect(await readFile(html, 'utf8')).not.toContain('id="end"')
  })
})

const secretsOf = (client: ExportedClient) =>
  [
    client.familyName,
    client.fileNumber,
    client.birthDate,
    client.phones[0]?.number,
    client.emails[0],
    client.addresses[0],
    client.contacts[0]?.name,
    client.contacts[0]?.phones[0]?.typed,
  ].filter(secret => typeof secret === 'string' && secret.length >= 5) as string[]

/** A text as it could be seen: plain, hex, and the middle of its base64 at each of the three alignments. */
const encodings = (bytes: Buffer) => [
  bytes.toString(),
  bytes.toString('hex'),
  bytes.toString('hex').toUpperCase(),
  ...[0, 1, 2]
    .map(shift =>
      Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .slice(shift === 0 ? 0 : 4, -4),
    )
    .filter(part => part.length >= 8),
]

describe('base64 lines', () => {
  it('are those of one encoder, however the bytes arrive', () => {
    const bytes = randomBytes(1000)
    for (const size of [1, 2, 3, 56, 57, 58, 400, 1000]) {
      const lines = createBase64Lines()
      let text = ''
      for (let at = 0; at < bytes.length; at += size) text += lines.push(bytes.subarray(at, at + size)).toString()
      text += lines.end().toString()
      expect(text).toBe(bytes.toString('base64').replace(/.{1,76}/g, '$&\n'))
    }
  })
})

describe('passphrases', () => {
  it('are suggested as six words out of at least 4,096, typed with letters that every keyboard has', () => {
    for (const language of ['pl', 'en'] as const) {
      const list = wordList(language)
      expect(list.length).toBeGreaterThanOrEqual(4096)
      expect(new Set(list).size).toBe(list.length)
      expect(list.filter(word => !/^[a-z-]+$/.test(word))).toEqual([])
      const suggested = generatePassphrase(language)
      expect(generatePassphrase(language)).not.toBe(suggested)
      expect(isStrongEnough(suggested)).toBe(true)
    }
  })

  it('are refused while they can be guessed', () => {
    for (const weak of ['haslo', 'Password123!', 'ostoja2026', 'qwertyuiop', 'jankowalski', 'aaaaaaaaaaaaaaaaaa'])
      expect([weak, isStrongEnough(weak)]).toEqual([weak, false])
    for (const strong of ['żółw-kaktus-Latarnia-7', 'krokus lampa wiadro sowa', 'fT7#kq0-Zp2!vLw9'])
      expect([strong, isStrongEnough(strong)]).toEqual([strong, true])
  })

  it('mean the same whichever way a keyboard composes letters, or a copy adds spaces', () => {
    expect(normalPassphrase(' żółw '.normalize('NFD'))).toBe('żółw'.normalize('NFC'))
  })
})
