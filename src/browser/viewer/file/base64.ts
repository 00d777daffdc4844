import { Unopened } from './verdict.ts'

const LINE_BYTES = 57
const LINE_CHARACTERS = 77
const NEWLINE = 10
const PADDING = 61

const values = new Int16Array(128).fill(-1)
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value

/** Characters that `length` bytes take as lines of 76, each ended by a newline. */
export const base64Characters = (length: number) => {
  const rest = length % LINE_BYTES
  return Math.floor(length / LINE_BYTES) * LINE_CHARACTERS + (rest ? Math.ceil(rest / 3) * 4 + 1 : 0)
}

/**
 * Decodes exactly what the exporter writes, and nothing near it: the browser's own decoder forgives spaces and stray
 * bits, and a forgiven change is an altered file that opens.
 * @throws Unopened `cut` when there are fewer characters than `length` bytes take, `altered` for any other deviation
 */
export const decodeLines = (text: string, length: number): Uint8Array => {
  const expected = base64Characters(length)
  if (text.length < expected) throw new Unopened('cut')
  if (text.length > expected) throw new Unopened('altered')

  const bytes = new Uint8Array(length)
  let at = 0
  for (let line = 0; line < expected; line += LINE_CHARACTERS) {
    const end = Math.min(line + LINE_CHARACTERS, expected) - 1
    for (let i = line; i < end; i += 4) at = decodeGroup(text, i, bytes, at)
    if (text.charCodeAt(end) !== NEWLINE) throw new Unopened('altered')
  }
  return bytes
}

const decodeGroup = (text: string, i: number, bytes: Uint8Array, at: number) => {
  const left = Math.min(3, bytes.length - at)
  const a = value(text, i)
  const b = value(text, i + 1)
  const c = left > 1 ? value(text, i + 2) : padding(text, i + 2)
  const d = left > 2 ? value(text, i + 3) : padding(text, i + 3)
  const group = (a << 18) | (b << 12) | (c << 6) | d
  // Bits that encode nothing must be zero, or two texts would mean the same bytes.
  if ((left === 1 && group & 0xffff) || (left === 2 && group & 0xff)) throw new Unopened('altered')
  bytes[at] = group >> 16
  if (left > 1) bytes[at + 1] = (group >> 8) & 255
  if (left > 2) bytes[at + 2] = group & 255
  return at + left
}

const value = (text: string, i: number) => {
  const found = values[text.charCodeAt(i)] ?? -1
  if (found < 0) throw new Unopened('altered')
  return found
}

const padding = (text: string, i: number) => {
  if (text.charCodeAt(i) !== PADDING) throw new Unopened('altered')
  return 0
}
