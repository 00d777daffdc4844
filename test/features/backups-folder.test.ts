import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFolderStore } from '../../src/features/backups/store/folder.ts'
import { root } from '../support/processes.ts'

const run = promisify(execFile)
const MB = 1024 * 1024
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-store-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const inPieces = (bytes: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size)),
  )

describe('a folder as a store', () => {
  it('holds every byte of what was written, and no more, wherever pieces and blocks of the disk end', async () => {
    const store = createFolderStore(folder)
    for (const length of [0, 1, 4095, 4096, 4097, MB - 1, MB, MB + 1, 17 * MB + 5])
      for (const size of [4096, 70_001, 3 * MB]) {
        const bytes = randomBytes(length)
        await store.write('file', inPieces(bytes, size))
        const file = join(folder, 'file')
        expect([length, size, (await readFile(file)).equals(bytes)]).toEqual([length, size, true])
        expect((await stat(file)).mode & 0o777).toBe(0o600)
      }
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('keeps the file that was there, and nothing else, where what is to be written fails half-way', async () => {
    const store = createFolderStore(folder)
    await store.write('kept', Readable.from([Buffer.from('before')]))
    async function* failing() {
      yield randomBytes(5 * MB)
      throw new Error('the source failed')
    }
    await expect(store.write('kept', Readable.from(failing()))).rejects.toThrow('the source failed')
    expect(await readFile(join(folder, 'kept'), 'utf8')).toBe('before')
    expect((await readdir(folder)).sort()).toEqual(['file', 'kept'])
  })

  it('writes through the system’s cache where a file system takes nothing past it', async () => {
    const place = join(folder, 'in-memory')
    const program = `
      import { open, readFile } from 'node:fs/promises'
      import { constants } from 'node:fs'
      import { Readable } from 'node:stream'
      import { createFolderStore } from '${root}src/features/backups/store/folder.ts'
      const refused = await open('${place}/direct', constants.O_CREAT | constants.O_WRONLY | constants.O_DIRECT).catch(fault => fault.code)
      const bytes = Buffer.alloc(3 * 1024 * 1024 + 7, 'żółw')
      await createFolderStore('${place}').write('file', Readable.from([bytes]))
      console.log(refused, (await readFile('${place}/file')).equals(bytes))`
    const mount = `mkdir '${place}' && mount -t ramfs ramfs '${place}' && exec "$0" "$@"`
    const { stdout } = await run('unshare', [
      process.getuid?.() === 0 ? '-m' : '-rm',
      ...['sh', '-c', mount, process.execPath, '--input-type=module', '--eval', program],
    ])
    expect(stdout.trim()).toBe('EINVAL true')
  })
})
