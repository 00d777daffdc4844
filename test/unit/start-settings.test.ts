import { execFile } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { globSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { root } from '../support/processes.ts'

const read = (file: string) => readFile(`${root}${file}`, 'utf8')

const explained = async () =>
  new Set([...(await read('.env.example')).matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(match => match[1]))

describe('.env.example', () => {
  it('explains every setting that the program reads', async () => {
    const settings = [...(await read('src/config.ts')).matchAll(/^ {4}([A-Z][A-Z0-9_]+): /gm)].map(match => match[1])
    expect(settings.length).toBeGreaterThan(10)
    const known = await explained()
    expect(settings.filter(name => !known.has(name))).toEqual([])
  })

  it('explains every setting that docker-compose.yml asks for', async () => {
    const asked = [...(await read('docker-compose.yml')).matchAll(/(?<!\$)\$\{([A-Z0-9_]+)/g)].map(match => match[1])
    const known = await explained()
    expect(asked.filter(name => !known.has(name))).toEqual([])
  })

  it('explains every variable that the sources ask the environment for, and each once', async () => {
    const sources = globSync('src/**/*.ts', { cwd: root })
    const asked = await Promise.all(
      sources.map(async file => [...(await read(file)).matchAll(/\benv\.([A-Z][A-Z0-9_]+)/g)].map(match => match[1])),
    )
    expect(asked.flat().length).toBeGreaterThan(10)
    const known = await explained()
    expect(asked.flat().filter(name => !known.has(name))).toEqual([])
    const lines = [...(await read('.env.example')).matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(match => match[1])
    expect(lines.filter((name, index) => lines.indexOf(name) !== index)).toEqual([])
  })
})

describe('deploy/make-secrets', () => {
  it('gives the mail catcher a certificate that vouches for itself, and replaces nothing when it is called again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ostoja-secrets-'))
    await mkdir(join(folder, 'secrets'))
    await copyFile(`${root}deploy/make-secrets`, join(folder, 'make-secrets'))
    const make = () => promisify(execFile)(join(folder, 'make-secrets'))
    const secrets = async () => {
      const names = await readdir(join(folder, 'secrets'))
      return Promise.all(names.map(async name => [name, await readFile(join(folder, 'secrets', name), 'utf8')]))
    }
    await make()
    const made = await secrets()
    const certificate = new X509Certificate(await readFile(join(folder, 'secrets/mail_catcher_certificate')))
    expect(certificate.checkHost('mailpit')).toBe('mailpit')
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    const key = createPrivateKey(await readFile(join(folder, 'secrets/mail_catcher_key')))
    expect(certificate.checkPrivateKey(key)).toBe(true)

    const { stdout } = await make()
    expect(stdout).not.toContain('made')
    expect(await secrets()).toEqual(made)

    const composed = [...(await read('docker-compose.yml')).matchAll(/file: deploy\/secrets\/(\w+)/g)].map(m => m[1])
    expect(composed.sort()).toEqual(made.map(([name]) => name).sort())
    await rm(folder, { recursive: true })
  })
})
