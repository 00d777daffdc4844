import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const call = promisify(execFile)

/** Somebody with GnuPG, and a folder of their own. */
export const createGnupg = async () => {
  const home = await mkdtemp(join(tmpdir(), 'gpg-'))
  const gpg = async (...args: string[]) => {
    const { stdout, stderr } = await call('gpg', ['--homedir', home, '--batch', '--yes', '--status-fd', '2', ...args])
    return { out: stdout, status: stderr }
  }
  const put = async (name: string, content: string | Buffer) => {
    await writeFile(join(home, name), content)
    return join(home, name)
  }
  return {
    gpg,
    put,
    /** Makes a key pair, as if it were the day `on`. @returns the public key, armoured */
    makeKey: async (address: string, until = 'never', kind = 'default', on?: string): Promise<string> => {
      const usage = kind === 'default' ? 'default' : 'sign'
      const day = on ? ['--faked-system-time', `${on}T000000`] : []
      const silent = ['--passphrase', '', '--pinentry-mode', 'loopback']
      await gpg(...day, ...silent, '--quick-gen-key', address, kind, usage, until)
      return (await gpg('--armor', '--export', address)).out
    },
    close: async () => {
      await call('gpgconf', ['--homedir', home, '--kill', 'all']).catch(() => undefined)
      await rm(home, { recursive: true, force: true })
    },
  }
}
export type Gnupg = Awaited<ReturnType<typeof createGnupg>>

/** Somebody with OpenSSL, and a folder of their own. */
export const createOpenssl = async () => {
  const home = await mkdtemp(join(tmpdir(), 'openssl-'))
  const at = (name: string) => join(home, name)
  const openssl = async (...args: string[]) => (await call('openssl', args, { cwd: home })).stdout
  const put = (name: string, content: string | Buffer) => writeFile(at(name), content)
  return {
    put,
    openssl,
    /** Makes a key and a certificate for it, `name.key` and `name.pem`. @returns the certificate */
    makeCertificate: async (
      name: string,
      { key = 'rsa:2048', usage = 'keyEncipherment', days = 100, eku = 'emailProtection' } = {},
    ) => {
      const config = `[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=Wirgiliusz\n[ext]\nsubjectKeyIdentifier=hash\nkeyUsage=${usage}\nextendedKeyUsage=${eku}\n`
      await put(`${name}.cnf`, config)
      const newKey = key === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] : ['-newkey', key]
      await openssl(
        'req',
        '-x509',
        ...newKey,
        '-nodes',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
        '-days',
        String(days),
        '-config',
        `${name}.cnf`,
      )
      return readFile(at(`${name}.pem`), 'utf8')
    },
    privateKey: (name: string) => readFile(at(`${name}.key`), 'utf8'),
    close: () => rm(home, { recursive: true, force: true }),
  }
}
export type Openssl = Awaited<ReturnType<typeof createOpenssl>>

/** The parts of an entity of several (RFC 2046 5.1), byte for byte. */
export const partsOf = (raw: string): string[] => {
  const [, boundary = ''] = /boundary="([^"]+)"/.exec(raw) ?? []
  return raw
    .split(`\r\n--${boundary}`)
    .slice(1, -1)
    .map(part => part.replace(/^\r\n/, ''))
}

/** What the text and the HTML of an entity say. */
export const saidIn = (entity: string) => {
  const [text = '', html = ''] = partsOf(entity).map(part =>
    Buffer.from(part.slice(part.indexOf('\r\n\r\n')), 'base64').toString(),
  )
  return { text, html }
}
