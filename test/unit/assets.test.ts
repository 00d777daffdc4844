import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadAssets } from '../../src/platform/web/assets.ts'
import { spriteOf } from '../../tools/icons.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')
const build = () => run(process.execPath, ['tools/build-assets.ts'], { cwd: root })
const served = (name: string) => path.join(root, 'public', loadAssets(path.join(root, 'public'))(name))

describe('the manifest', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ostoja-assets-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('says how to build when nothing is built', () => {
    expect(() => loadAssets(folder)).toThrow(/^The assets are not built .*: run npm run build\.$/)
  })

  it('gives the hashed path of a name, and refuses a name that was not built', async () => {
    await mkdir(path.join(folder, 'assets'))
    await writeFile(path.join(folder, 'assets/manifest.json'), '{ "app.css": "/assets/app.0123.css" }')
    const asset = loadAssets(folder)
    expect(asset('app.css')).toBe('/assets/app.0123.css')
    expect(() => asset('constructor')).toThrow('There is no asset "constructor"; the built ones are app.css.')
  })
})

describe('the build', () => {
  beforeAll(build)

  it('does nothing when nothing changed', async () => {
    const before = (await stat(served('app.css'))).mtimeMs
    expect((await build()).stdout).toBe('')
    expect((await stat(served('app.css'))).mtimeMs).toBe(before)
  })

  it('makes styles for both colour schemes, print, reduced motion and forced colours, that load nothing from elsewhere', async () => {
    const css = await readFile(served('app.css'), 'utf8')
    for (const medium of ['prefers-color-scheme:dark', 'print', 'prefers-reduced-motion', 'forced-colors'])
      expect(css.replaceAll(' ', '')).toMatch(new RegExp(`@media[^{]*${medium}`))
    expect([...css.matchAll(/url\(["']?([^"')]{5})/g)].filter(([, start]) => start !== 'data:')).toEqual([])
    expect(css.length).toBeLessThan(130 * 1024)
  })

  it('makes scripts that need no inline code, no eval and no other origin', async () => {
    const script = await readFile(served('app.js'), 'utf8')
    expect(script).not.toMatch(/\beval\(|new Function\(|sourceMappingURL|https?:\/\/(?!www\.w3\.org)/)
    expect(script.length).toBeLessThan(64 * 1024)
  })

  it('makes a sprite with every icon that the views name', async () => {
    const sprite = await readFile(served('icons.svg'), 'utf8')
    expect(sprite).toBe(await spriteOf(root))
    expect(sprite).toContain('<symbol id="search"')
  })
})
