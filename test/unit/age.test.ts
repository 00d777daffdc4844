import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openingStream, sealingStream } from '../../src/platform/age/streams.ts'

const run = promisify(execFile)
const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_003, 1_048_576, 1_048_577, 3_200_000]
let folder: string
let identity: string
let recipient: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-age-'))
  identity = await generateX25519Identity()
  recipient = await identityToRecipient(identity)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const inPieces = (bytes: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size)),
  )
const seal = async (plain: Buffer) => buffer(inPieces(plain, 70_001).pipe(await sealingStream([recipient])))
const open = async (sealed: Buffer, by = identity) => buffer(await openingStream(inPieces(sealed, 9_973), [by]))

describe('a stream sealed as an age file', () => {
  it('opens here and with Debian’s age, whatever its length', async () => {
    const [file, key] = [join(folder, 'file.age'), join(folder, 'key')]
    await writeFile(key, `${identity}\n`)
    for (const size of sizes) {
      const plain = randomBytes(size)
      const sealed = await seal(plain)
      expect((await open(sealed)).equals(plain)).toBe(true)
      await writeFile(file, sealed)
      const { stdout } = await run('age', ['-d', '-i', key, file], { encoding: 'buffer', maxBuffer: 2 * size + 1000 })
      expect(stdout.equals(plain)).toBe(true)
    }
  })

  it('of Debian’s age opens here', async () => {
    for (const size of sizes) {
      const plain = randomBytes(size)
      await writeFile(join(folder, 'plain'), plain)
      await run('age', ['-r', recipient, '-o', join(folder, 'theirs.age'), join(folder, 'plain')])
      expect((await open(await readFile(join(folder, 'theirs.age')))).equals(plain)).toBe(true)
    }
  })

  it('says what is wrong with it: another identity, cut, altered, no age file', async () => {
    const sealed = await seal(randomBytes(200_000))
    await expect(open(sealed, await generateX25519Identity())).rejects.toMatchObject({ problem: 'wrong-identity' })
    await expect(open(Buffer.from('PGDMP something else'))).rejects.toMatchObject({ problem: 'not-age' })
    await expect(open(Buffer.alloc(0))).rejects.toMatchObject({ problem: 'not-age' })
    await expect(open(sealed.subarray(0, 100))).rejects.toMatchObject({ problem: 'cut' })
    const atChunk = sealed.length - (200_000 % 65_536) - 16
    await expect(open(sealed.subarray(0, atChunk))).rejects.toMatchObject({ problem: 'cut' })
    for (const at of [60, 100_000, sealed.length - 1]) {
      const altered = Buffer.from(sealed)
      altered[at]! ^= 4
      await expect(open(altered)).rejects.toMatchObject({
        problem: expect.stringMatching('altered|wrong-identity') as string,
      })
    }
    await expect(open(Buffer.concat([sealed, Buffer.from('x')]))).rejects.toMatchObject({ problem: 'altered' })
  })
})
