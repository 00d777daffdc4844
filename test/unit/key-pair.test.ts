import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWithAge } from '../support/age-cli.ts'

const run = promisify(execFile)
const command = join(import.meta.dirname, '../../bin/ostoja')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-key-pair-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the command as on a computer that has no installation: no setting, and an empty folder for data. */
const keyPair = (options: readonly string[], input = '') =>
  new Promise<{ code: number | null; out: string; err: string }>(resolve => {
    const env = { PATH: process.env.PATH ?? '', HOME: folder, DATA_DIR: join(folder, 'no-data') }
    const child = spawn(command, ['key-pair', ...options], { env })
    let out = ''
    let err = ''
    child.stdout.on('data', (text: Buffer) => (out += text.toString()))
    child.stderr.on('data', (text: Buffer) => (err += text.toString()))
    child.on('close', code => resolve({ code, out, err }))
    child.stdin.end(input)
  })

const sealTo = async (publicKey: string) => {
  await writeFile(join(folder, 'plain'), 'Halina Zięba')
  await run('age', ['-r', publicKey, '-o', join(folder, 'sealed.age'), join(folder, 'plain')])
}

describe('bin/ostoja key-pair', () => {
  it('makes an identity for its owner alone, with which age opens what was sealed to the printed public key', async () => {
    const file = join(folder, 'identity.txt')
    const { code, out } = await keyPair(['--out', file])
    expect(code).toBe(0)
    const publicKey = /^Public key: (age1\S{58})\n$/.exec(out)?.[1] ?? ''
    expect(out).not.toContain('SECRET')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await expect(stat(join(folder, 'no-data'))).rejects.toThrow('ENOENT')

    await sealTo(publicKey)
    const opened = await run('age', ['-d', '-i', file, join(folder, 'sealed.age')])
    expect(opened.stdout).toBe('Halina Zięba')
  })

  it('overwrites nothing, and says what to do', async () => {
    const file = join(folder, 'there.txt')
    await writeFile(file, 'mine')
    const [there, nowhere] = await Promise.all([
      keyPair(['--out', file]),
      keyPair(['--out', join(folder, 'none/such.txt')]),
    ])
    expect(there.code).toBe(1)
    expect(there.err).toContain('left as it is')
    expect(await readFile(file, 'utf8')).toBe('mine')
    expect(nowhere).toMatchObject({ code: 1 })
    expect(nowhere.err).toContain('ENOENT')
  })

  it('protects the identity by a passphrase that age asks for', async () => {
    const file = join(folder, 'protected.txt')
    const passphrase = 'żółw kaktus latarnia'
    const { code, out } = await keyPair(['--out', file, '--passphrase'], `${passphrase}\n`)
    expect(code).toBe(0)
    expect(await readFile(file, 'utf8')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/)
    await sealTo(/age1\S{58}/.exec(out)?.[0] ?? '')
    const plain = join(folder, 'opened')
    const refused = await openWithAge(join(folder, 'sealed.age'), 'another', plain, file)
    expect(refused.code).not.toBe(0)
    expect(await openWithAge(join(folder, 'sealed.age'), passphrase, plain, file)).toMatchObject({ code: 0 })
    expect(await readFile(plain, 'utf8')).toBe('Halina Zięba')

    const none = await keyPair(['--out', join(folder, 'none.txt'), '--passphrase'], '\n')
    expect(none).toMatchObject({ code: 1 })
    await expect(stat(join(folder, 'none.txt'))).rejects.toThrow('ENOENT')
  })
})
