import { createHmac, hkdfSync } from 'node:crypto'
import type { Recipient, Stanza } from 'age-encryption'

const version = 'age-encryption.org/v1\n'
const columns = 64

/**
 * A second header for a file key that has one already: the same payload then opens for either. age wants it so, as a
 * passphrase may not stand among other recipients (https://age-encryption.org/v1, "The scrypt recipient type").
 */
export const secondHeader = async (fileKey: Uint8Array, recipient: Recipient): Promise<Buffer> => {
  const stanzas = await recipient.wrapFileKey(fileKey)
  const head = `${version}${stanzas.map(stanzaText).join('')}---`
  const macKey = Buffer.from(hkdfSync('sha256', fileKey, '', 'header', 32))
  return Buffer.from(`${head} ${unpadded(createHmac('sha256', macKey).update(head).digest())}\n`)
}

/** The body in lines of 64, of which the last is shorter: empty where the others come out even. */
const stanzaText = ({ args, body }: Stanza) => {
  const text = unpadded(body)
  const lines = Array.from({ length: Math.floor(text.length / columns) + 1 }, (_, at) =>
    text.slice(at * columns, (at + 1) * columns),
  )
  return `-> ${args.join(' ')}\n${lines.join('\n')}\n`
}

const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '')
