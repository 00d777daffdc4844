import { randomBytes } from 'node:crypto'
import MimeNode from 'nodemailer/lib/mime-node'

/** What a letter says, in both its forms. */
export type Body = { text: string; html: string }

/**
 * A letter's two forms as one MIME entity (RFC 2046 5.1.4), byte for byte as it is signed: 7 bits, lines of CRLF, no white space
 * at the end of one (RFC 3156 5), no line break at the end of all.
 */
export const entityOf = ({ text, html }: Body): Buffer => {
  const boundary = `ostoja-${randomBytes(12).toString('hex')}`
  const part = (kind: 'plain' | 'html', content: string) =>
    [
      `--${boundary}`,
      `Content-Type: text/${kind}; charset=utf-8`,
      'Content-Transfer-Encoding: base64',
      '',
      linesOf(content.replace(/\r?\n/g, '\r\n')),
    ].join('\r\n')
  const head = `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n`
  return Buffer.from([head, part('plain', text), part('html', html), `--${boundary}--`].join('\r\n'))
}

/** An entity and the signature of it, side by side (RFC 1847 2.1), so that programs that know of no signatures show the letter. */
export const signedEntity = (
  entity: Buffer,
  { protocol, micalg, name, signature }: { protocol: string; micalg: string; name: string; signature: string | Buffer },
): MimeNode => {
  const whole = new MimeNode(`multipart/signed; micalg=${micalg}; protocol="${protocol}"`)
  whole.createChild().setRaw(entity)
  whole
    .createChild(`${protocol}; name="${name}"`)
    .setHeader('Content-Disposition', `attachment; filename="${name}"`)
    .setHeader('Content-Transfer-Encoding', typeof signature === 'string' ? '7bit' : 'base64')
    .setContent(signature)
  return whole
}

const linesOf = (content: string) =>
  Buffer.from(content)
    .toString('base64')
    .replace(/(.{76})(?=.)/g, '$1\r\n')
