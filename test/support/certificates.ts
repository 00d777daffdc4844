import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ensureSelfSigned } from '../../src/platform/tls/self-signed.ts'

const run = promisify(execFile)
type Files = { certFile: string; keyFile: string }

/** A certificate that vouches for itself, of any name and kind of key. @param folder where a folder of its own is made */
export const selfSigned = async (folder: string, name: string, kind = 'rsa:2048'): Promise<Files> => {
  const made = await mkdtemp(join(folder, 'certificate-'))
  const files = { certFile: join(made, 'certificate.pem'), keyFile: join(made, 'key.pem') }
  const wish = [
    '-newkey',
    kind,
    '-nodes',
    '-days',
    '30',
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
  ]
  await run('openssl', ['req', '-x509', ...wish, '-keyout', files.keyFile, '-out', files.certFile])
  return files
}

/** One of localhost and this machine's name whose time is over. */
export const expired = async (folder: string): Promise<Files> =>
  ensureSelfSigned(await mkdtemp(join(folder, 'expired-')), new Date('2020-01-01'))
