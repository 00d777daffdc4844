import { scryptSync } from 'node:crypto'
import { setPriority } from 'node:os'
import { text } from 'node:stream/consumers'

/**
 * A program that derives one key from the passphrase on its standard input and ends, so that the 256 MiB that scrypt fills
 * (RFC 7914) are never of the process that serves pages. Its arguments, salt and work factor, stand in every age file.
 */
const [salt = '', logN = ''] = process.argv.slice(2)

// Whoever works with a page goes first.
setPriority(10)

const passphrase = await text(process.stdin)
const options = { N: 2 ** Number(logN), r: 8, p: 1, maxmem: 129 * 8 * 2 ** Number(logN) }
process.stdout.write(scryptSync(passphrase, Buffer.from(salt, 'hex'), 32, options))
