import { X509Certificate } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { writeWhole } from '../whole-file.ts'

const day = 24 * 60 * 60 * 1000
const lifetime = 820 * day // Apple's browsers refuse certificates that last more than 825 days
const renewal = 30 * day

/**
 * A certificate for trying Ostoja out: for localhost, 127.0.0.1, ::1 and this machine's name, signed by itself, so that a
 * browser warns once. One that still lasts a month is kept.
 * @param folder where `certificate.pem` and `key.pem` (0600) are kept
 */
export const ensureSelfSigned = async (folder: string, now = new Date()) => {
  const files = { certFile: join(folder, 'certificate.pem'), keyFile: join(folder, 'key.pem') }
  if (await lasts(files, now)) return { ...files, made: false }

  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now.getTime() - day), // clocks of other machines may be behind
    notAfterDate: new Date(now.getTime() + lifetime),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: hostname() },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeWhole(files.keyFile, key)
  await writeWhole(files.certFile, cert)
  return { ...files, made: true }
}

const lasts = async (files: { certFile: string; keyFile: string }, now: Date): Promise<boolean> => {
  try {
    const certificate = new X509Certificate(await readFile(files.certFile))
    await readFile(files.keyFile)
    return certificate.validToDate.getTime() > now.getTime() + renewal
  } catch {
    return false // absent or broken: made anew
  }
}
