import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { ensureSelfSigned } from '../../src/platform/tls/self-signed.ts'
import { until } from './until.ts'

export type Mail = {
  to: string
  secure: boolean
  raw: string
  subject: string
  text: string
  html: string
  links: string[]
}

type Wish = { tls?: boolean; certificate?: { certFile: string; keyFile: string } }

/** A mail server of its own on a free port, with STARTTLS and a certificate of its own making; keeps what it is sent. */
export const startMailServer = async ({ tls = true, certificate }: Wish = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'ostoja-mail-'))
  const { certFile, keyFile } = certificate ?? (await ensureSelfSigned(folder))
  const mails: Mail[] = []
  let refuseNext = 0

  const server = new SMTPServer({
    key: await readFile(keyFile),
    cert: await readFile(certFile),
    authOptional: true,
    onRcptTo: ({ address }, _session, done) =>
      done(
        address.startsWith('refused')
          ? Object.assign(new Error(`no such mailbox: ${address}`), { responseCode: 550 })
          : null,
      ),
    disabledCommands: tls ? [] : ['STARTTLS'],
    onData: (stream, session, done) => {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        if (refuseNext-- > 0) return done(Object.assign(new Error('try again later'), { responseCode: 451 }))
        const raw = Buffer.concat(parts).toString()
        for (const { address } of session.envelope.rcptTo) mails.push(read(address, session.secure, raw))
        done()
      })
    },
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as { port: number }
  const mailsTo = (address: string) => mails.filter(({ to }) => to === address)

  return {
    mails,
    settings: {
      SMTP_URL: `smtp://localhost:${port}`,
      SMTP_CA_FILE: certFile,
      MAIL_FROM: 'ostoja@shelter.test',
      PUBLIC_URL: 'https://ostoja.test',
    },
    /** The newest mail to an address, as soon as it is there. */
    mailTo: async (address: string, count = 1): Promise<Mail> => {
      await until(`${count} emails have come to ${address}`, () => mailsTo(address).length >= count)
      return mailsTo(address).at(-1)!
    },
    refuseOnce: () => {
      refuseNext = 1
    },
    close: async () => {
      await new Promise<void>(resolve => server.close(() => resolve()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
export type MailServer = Awaited<ReturnType<typeof startMailServer>>

const read = (to: string, secure: boolean, raw: string): Mail => {
  const [text, html] = [partOf(raw, 'plain'), partOf(raw, 'html')]
  const subject = decodeWords(/^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1] ?? '')
  return { to, secure, raw, subject, text, html, links: [...text.matchAll(/https:\/\/\S+/g)].map(match => match[0]) }
}

/** One part of a letter of several (RFC 2046 5.1), decoded: quoted-printable (RFC 2045 6.7) and base64. */
const partOf = (raw: string, kind: 'plain' | 'html'): string => {
  const [, boundary = ''] = /boundary="([^"]+)"/.exec(raw) ?? []
  const part = raw.split(`\r\n--${boundary}`).find(each => each.includes(`Content-Type: text/${kind}`)) ?? ''
  const [head = '', ...rest] = part.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  const encoding = /Content-Transfer-Encoding: (\S+)/i.exec(head)?.[1]
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString()
  if (encoding !== 'quoted-printable') return body
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

/** Encoded words of a header (RFC 2047). */
const decodeWords = (header: string): string =>
  header.replace(/\r\n[ \t]/g, '').replace(/=\?utf-8\?([BQ])\?(.*?)\?=/gi, (_, kind: string, text: string) => {
    if (kind.toUpperCase() === 'B') return Buffer.from(text, 'base64').toString()
    const bytes = text
      .replaceAll('_', ' ')
      .replace(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    return Buffer.from(bytes, 'latin1').toString()
  })
