import { readFile } from 'node:fs/promises'
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
})
