import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { armor, Encrypter } from 'age-encryption'
import jsQR from 'jsqr'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareToRun } from '../../src/composition.ts'
import { readContents, type KitContents } from '../../src/features/recovery-kits/contents.ts'
import { inParts } from '../../src/features/recovery-kits/codes.ts'
import { openKit, sealKit } from '../../src/features/recovery-kits/sealed-kit.ts'
import { joinShares, readShare, splitPassphrase } from '../../src/features/recovery-kits/shares.ts'
import { createKeys, readKeys, writeKeys } from '../../src/platform/vault/key-files.ts'
import { openWithAge } from '../support/age-cli.ts'
import { launchBrowser } from '../support/browser.ts'
import { commandHere } from '../support/commands.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { plainEnvironment, root, runProgram } from '../support/processes.ts'

const passphrase = 'żółw-kaktus-Latarnia-7-wiosło'
const kit: KitContents = {
  format: 'ostoja-recovery-kit',
  version: 1,
  id: '0123abcd',
  madeAt: '2026-11-23T16:00:00.000Z',
  rootKeys: `2026-11-23-0a0a0a0a:${Buffer.alloc(32, 7).toString('base64')}\n`,
  peppers: `2026-11-23-0b0b0b0b:${Buffer.alloc(32, 9).toString('base64')}\n`,
}

/** Seals a kit as sealKit does, at a thousandth of the cost; whatever opens a kit reads the cost in the file. */
const sealCheaply = async (contents: KitContents) => {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  encrypter.setScryptWorkFactor(8)
  return armor.encode(await encrypter.encrypt(JSON.stringify(contents)))
}

let folder: string
let browser: Browser

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-kit-'))
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true, force: true })
})

describe('a sealed kit', () => {
  let sealed: string
  beforeAll(async () => {
    sealed = await sealCheaply(kit)
  })

  it('opens with its passphrase, in whatever it was wrapped', async () => {
    expect(await openKit(sealed, passphrase)).toEqual(kit)
    const rewrapped = `some note\n${sealed.replaceAll('\n', '\r\n  ')}\nanother`
    expect(await openKit(rewrapped, passphrase)).toEqual(kit)
    const onOneLine = sealed.replace(/(?<!-)\n(?!-)/g, ' ')
    expect(await openKit(onOneLine, passphrase)).toEqual(kit)
  })

  it('opens with Debian’s age, without Ostoja', async () => {
    const [file, plain] = [join(folder, 'kit.age'), join(folder, 'kit.json')]
    await writeFile(file, await sealKit(kit, passphrase))
    const { code, said } = await openWithAge(file, passphrase, plain)
    expect([code, said]).toEqual([0, expect.any(String)])
    expect(Buffer.from(armor.decode(await readFile(file, 'utf8'))).toString('latin1')).toMatch(/^-> scrypt \S+ 18$/m)
    expect(readContents(await readFile(plain, 'utf8'))).toEqual(kit)
  })

  it('that has another passphrase, is cut, was altered or is none says which', async () => {
    await expect(openKit(sealed, `${passphrase}x`)).rejects.toThrow('This passphrase does not open')
    await expect(openKit(sealed.slice(0, -80), passphrase)).rejects.toThrow('is cut short')
    await expect(openKit('hello', passphrase)).rejects.toThrow('There is no recovery kit in this file')
    const lines = sealed.split('\n')
    const last = lines.length - 4
    lines[last] = lines[last]!.replace(/^./, first => (first === 'A' ? 'B' : 'A'))
    await expect(openKit(lines.join('\n'), passphrase)).rejects.toThrow('was altered or damaged')
    lines.splice(3, 1)
    await expect(openKit(lines.join('\n'), passphrase)).rejects.toThrow('was altered or damaged')
  })

  it('holds nothing of the keys in the clear', () => {
    expect(sealed).not.toContain('0a0a0a0a')
    expect(Buffer.from(sealed.split('\n').slice(1, -2).join(''), 'base64').toString('latin1')).not.toContain('rootKeys')
  })

  it('goes into as many codes as it takes, which together are it again', () => {
    for (const count of [1, 3, 8]) {
      const text = sealed.repeat(count)
      const parts = inParts(text)
      expect(parts.join('')).toBe(text)
      expect(Math.max(...parts.map(part => part.length))).toBeLessThanOrEqual(990)
    }
  })
})

describe('shares', () => {
  it('make the passphrase again, any three of five, and two do not', async () => {
    const { passphrase: whole, shares } = await splitPassphrase('0123abcd', 5, 3)
    expect(new Set(shares).size).toBe(5)
    for (let one = 0; one < 5; one++)
      for (let two = one + 1; two < 5; two++) {
        await expect(joinShares([shares[one]!, shares[two]!].map(readShare))).rejects.toThrow(
          '3 of them, and here are 2',
        )
        await expect(joinShares([shares[one]!, shares[two]!, shares[one]!].map(readShare))).rejects.toThrow(
          'here are 2',
        )
        for (let three = two + 1; three < 5; three++)
          expect(await joinShares([shares[three]!, shares[one]!, shares[two]!].map(readShare))).toBe(whole)
      }
  })

  it('may be typed in capitals and with spaces, and tell a single wrong sign', async () => {
    const { shares } = await splitPassphrase('0123abcd', 3, 2)
    const [share] = shares
    expect(readShare(` ${share!.toUpperCase().replaceAll('-', ' - ')} `)).toEqual(readShare(share!))
    const digits = [...share!.matchAll(/[0-9a-f]/g)].filter(({ index }) => index > 18)
    for (const { index } of digits) {
      const wrong = share![index] === '0' ? '1' : '0'
      expect(() => readShare(share!.slice(0, index) + wrong + share!.slice(index + 1))).toThrow('mistyped')
    }
  })

  it('of two kits do not go together', async () => {
    const [one, two] = [await splitPassphrase('0123abcd', 3, 2), await splitPassphrase('4567cdef', 3, 2)]
    await expect(joinShares([one.shares[0]!, two.shares[1]!].map(readShare))).rejects.toThrow('different recovery kits')
  })
})

describe('bin/ostoja recovery-kit', () => {
  let ostoja: Ostoja
  let environment: Record<string, string>

  beforeAll(async () => {
    ostoja = await startOstoja()
    await prepareToRun(ostoja.features)
    environment = {
      DATA_DIR: ostoja.dataDir,
      DATABASE_URL: ostoja.config.databaseUrl,
      SIGNIN_DATABASE_URL: ostoja.config.signinDatabaseUrl,
      OWNER_DATABASE_URL: ostoja.database.urls.owner,
      BACKUP_DATABASE_URL: ostoja.database.urls.backup,
      REDIS_URL: ostoja.config.redisUrl,
      PUBLIC_URL: 'https://ostoja.example.org',
    }
  })
  afterAll(() => ostoja.close())

  /** Runs a command of recovery-kit with `typed` at its standard input. */
  const kits = (args: string[], typed: string, set = environment) => commandHere(['recovery-kit', ...args], set, typed)
  const program = (args: string[], typed: string) => runProgram('ostoja', ['recovery-kit', ...args], environment, typed)
  const made = async (name: string) => {
    const files = await readdir(join(folder, name))
    const ending = (end: string) => files.filter(file => file.endsWith(end)).map(file => join(folder, name, file))
    return { kit: ending('.age')[0]!, sheets: ending('.html').sort() }
  }

  /** A kit of this installation that opens quickly. @returns its file */
  const cheapKit = async (more: Partial<KitContents> = {}) => {
    const keys = {
      rootKeys: await readFile(ostoja.config.rootKeysFile, 'utf8'),
      peppers: await readFile(ostoja.config.peppersFile, 'utf8'),
    }
    const file = join(folder, 'cheap.age')
    await writeFile(file, await sealCheaply({ ...kit, ...keys, ...more }))
    return file
  }

  it('makes a file and a sheet, for their owner only, and proves them against the keys in use', async () => {
    const { code, output, complaint } = await program(['create', '--out', join(folder, 'one')], `${passphrase}\n`)
    expect([code, complaint]).toEqual([0, ''])
    expect(output).not.toContain(passphrase)
    const { kit: file, sheets } = await made('one')
    expect(sheets).toHaveLength(1)
    for (const path of [file, ...sheets]) expect((await stat(path)).mode & 0o077).toBe(0)

    const proof = await program(['verify', file], `${passphrase}\n`)
    expect([proof.code, proof.output]).toEqual([0, expect.stringContaining('opens and holds every key in use')])
    const wrong = await kits(['verify', await cheapKit()], 'something-else\n')
    expect([wrong.code, wrong.complaint.trim().split('\n').length]).toEqual([1, 1])
  })

  it('refuses a passphrase that could be guessed, and makes nothing', async () => {
    const { code, complaint } = await kits(['create', '--out', join(folder, 'weak')], 'ostoja2026\n')
    expect([code, complaint]).toEqual([1, expect.stringContaining('could be guessed')])
    await expect(readdir(join(folder, 'weak'))).rejects.toThrow()
  })

  it('splits the passphrase in shares, one a sheet, any two of which open it', async () => {
    const wish = ['create', '--out', join(folder, 'split'), '--shares', '3', '--threshold', '2']
    expect((await kits(wish, '')).code).toBe(0)
    const { kit: file, sheets } = await made('split')
    expect(sheets).toHaveLength(3)
    const shares = await Promise.all(
      sheets.map(async sheet => /os1-[0-9a-f]{8}-2of3-[0-9a-f-]+/.exec(await readFile(sheet, 'utf8'))![0]),
    )
    expect(new Set(shares).size).toBe(3)
    const pairs = [[0, 1] as const, [1, 2] as const, [2, 0] as const]
    const words = await Promise.all(pairs.map(pair => joinShares(pair.map(index => readShare(shares[index]!)))))
    expect(new Set(words).size).toBe(1)
    // The codes on a sheet are the kit as well.
    expect((await kits(['verify', sheets[0]!], `${shares[1]}\n${shares[2]!.toUpperCase()}\n`)).code).toBe(0)
    const alone = await kits(['verify', file], `${shares[0]}\n`)
    expect([alone.code, alone.complaint]).toEqual([1, expect.stringContaining('2 of them, and here are 1')])
    const halves = await kits(['create', '--out', join(folder, 'split'), '--shares', '3'], '')
    expect([halves.code, halves.complaint]).toEqual([1, expect.stringContaining('give both or neither')])
    const one = await kits(['create', '--out', join(folder, 'split'), '--shares', '3', '--threshold', '1'], '')
    expect([one.code, one.complaint]).toEqual([1, expect.stringContaining('at least 2')])
  })

  it('opens into an empty folder, and overwrites nothing', async () => {
    const file = await cheapKit()
    const into = join(folder, 'empty-machine')
    const bare = { DATA_DIR: join(folder, 'nowhere') }
    expect((await kits(['open', file, '--into', into], `${passphrase}\n`, bare)).code).toBe(0)
    for (const name of ['root-keys', 'peppers']) {
      const path = join(into, 'keys', name)
      expect(await readFile(path, 'utf8')).toBe(await readFile(join(ostoja.dataDir, 'keys', name), 'utf8'))
      expect((await stat(path)).mode & 0o077).toBe(0)
    }
    expect((await kits(['open', file, '--into', into], `${passphrase}\n`, bare)).output).toContain('there already')

    await rm(join(into, 'keys', 'peppers'))
    await rm(join(into, 'keys', 'root-keys'))
    await createKeys(join(into, 'keys', 'peppers'))
    const refused = await kits(['open', file, '--into', into], `${passphrase}\n`, bare)
    expect([refused.code, refused.complaint]).toEqual([1, expect.stringContaining('nothing was written')])
    expect(await readdir(join(into, 'keys'))).toEqual(['peppers'])
  })

  it('makes six words where none is given, shows them once, and carries the backup identity where there is one', async () => {
    const identity = join(ostoja.dataDir, 'keys', 'backup-identity')
    await writeFile(identity, 'AGE-SECRET-KEY-1EXAMPLE\n', { mode: 0o600 })
    const before = await kits(['verify', await cheapKit()], `${passphrase}\n`)
    expect([before.code, before.complaint]).toEqual([1, expect.stringContaining('lacks the backup identity')])

    const { code, output } = await kits(['create', '--out', join(folder, 'words')], '')
    expect(code).toBe(0)
    const words = /shown this once: (\S+)/.exec(output)?.[1] ?? ''
    expect(words.split('-')).toHaveLength(6)
    const { kit: file, sheets } = await made('words')
    const sheet = await readFile(sheets[0]!, 'utf8')
    expect(sheet).not.toContain(words)
    expect(sheet).toContain('The key that opens the backups is here as well.')
    expect(await openKit(await readFile(file, 'utf8'), words)).toMatchObject({
      rootKeys: await readFile(ostoja.config.rootKeysFile, 'utf8'),
      peppers: await readFile(ostoja.config.peppersFile, 'utf8'),
      backupIdentity: 'AGE-SECRET-KEY-1EXAMPLE\n',
    })

    const whole = await cheapKit({ backupIdentity: 'AGE-SECRET-KEY-1EXAMPLE\n' })
    expect((await kits(['verify', whole], `${passphrase}\n`)).code).toBe(0)
    const into = join(folder, 'with-identity')
    await kits(['open', whole, '--into', into], `${passphrase}\n`)
    expect(await readFile(join(into, 'keys', 'backup-identity'), 'utf8')).toBe('AGE-SECRET-KEY-1EXAMPLE\n')
    await rm(identity)
  })

  it('is not enough any more once a key has turned', async () => {
    const file = await cheapKit()
    const path = ostoja.config.rootKeysFile
    const own = await readKeys(path)
    const fresh = join(folder, 'fresh-key')
    await createKeys(fresh)
    const { current } = await readKeys(fresh)
    await writeKeys(path, [current, ...own.all])
    const { code, complaint } = await kits(['verify', file], `${passphrase}\n`)
    expect([code, complaint]).toEqual([1, expect.stringContaining(`lacks root key ${current.id}`)])
    await writeKeys(path, own.all)
  })

  it('leaves an event in the realm of the operators', async () => {
    const events = await ostoja.platform.db.asTenant({ tenantId: '00000000-0000-0000-0000-000000000000' }, trx =>
      trx('audit_events').whereLike('action', 'recovery-kit.%').select('action'),
    )
    const actions = events.map(({ action }: { action: string }) => action)
    expect(actions).toContain('recovery-kit.created')
    expect(actions).toContain('recovery-kit.verified')
  })

  it('asks at a terminal without showing what is typed', async () => {
    const file = await cheapKit()
    const said = await new Promise<string>(resolve => {
      const into = join(folder, 'by-terminal')
      const command = `${root}bin/ostoja recovery-kit open ${file} --into ${into}`
      const terminal = spawn('script', ['-qec', command, '/dev/null'], {
        env: plainEnvironment({ DATA_DIR: join(folder, 'nowhere') }),
      })
      let heard = ''
      let answered = false
      terminal.stdout.on('data', (bytes: Buffer) => {
        heard += bytes.toString()
        if (answered || !heard.includes('Passphrase, or a share: ')) return
        answered = true
        terminal.stdin.write(`${passphrase}\n`)
      })
      terminal.on('close', () => resolve(heard))
    })
    expect(said).toContain('Wrote ')
    expect(said).not.toContain('kaktus')
  })

  it('prints a sheet of one page whose codes, read by a camera, are the kit', async () => {
    for (const name of ['one', 'split']) {
      const { kit: file, sheets } = await made(name)
      const page = await browser.newPage({ viewport: { width: 900, height: 1300 }, deviceScaleFactor: 2 })
      const asked: string[] = []
      page.on('request', request => asked.push(request.url()))
      await page.goto(`file://${sheets[0]!}`)
      expect(asked).toEqual([`file://${sheets[0]!}`])
      const codes = await Promise.all((await page.locator('svg').all()).map(code => code.screenshot()))
      const read = await Promise.all(codes.map(png => decode(png)))
      const sealed = await readFile(file, 'utf8')
      expect(read.filter(text => !text.startsWith('os1-')).join('')).toBe(sealed)
      if (name === 'split') expect(read[0]).toMatch(/^os1-[0-9a-f]{8}-2of3-/)

      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
      expect(/\/Type\s*\/Pages[^>]*\/Count\s+(\d+)/.exec(pdf)?.[1] ?? /\/Count\s+(\d+)/.exec(pdf)?.[1]).toBe('1')
      await page.close()
    }
  })

  /** What a QR reader sees in a picture. */
  const decode = async (png: Buffer): Promise<string> => {
    const page = await browser.newPage()
    const picture = await page.evaluate(
      async source => {
        const image = new Image()
        image.src = source
        await image.decode()
        const canvas = document.createElement('canvas')
        canvas.width = image.width
        canvas.height = image.height
        const drawing = canvas.getContext('2d')!
        drawing.drawImage(image, 0, 0)
        const { data } = drawing.getImageData(0, 0, image.width, image.height)
        let signs = ''
        for (const value of data) signs += String.fromCharCode(value)
        return { width: image.width, height: image.height, data: btoa(signs) }
      },
      `data:image/png;base64,${png.toString('base64')}`,
    )
    await page.close()
    const pixels = new Uint8ClampedArray(Buffer.from(picture.data, 'base64'))
    const found = (jsQR as unknown as typeof jsQR.default)(pixels, picture.width, picture.height)
    return found ? Buffer.from(found.binaryData).toString('utf8') : ''
  }
})
