/** Bytes in a line of base64: 57 make 76 characters, the length that mail, editors and `base64` itself use. */
const LINE_BYTES = 57
const LINE_CHARACTERS = 76
const NEWLINE = 10

/**
 * Turns bytes that arrive in pieces into base64 lines (76 characters, each ended by a newline).
 * `push` returns the lines that are complete; `end` the last, shorter one.
 */
export const createBase64Lines = () => {
  let rest = Buffer.alloc(0)
  return {
    push: (bytes: Uint8Array): Buffer => {
      const all = Buffer.concat([rest, bytes])
      const whole = all.length - (all.length % LINE_BYTES)
      rest = Buffer.from(all.subarray(whole))
      return linesOf(all.subarray(0, whole))
    },
    end: (): Buffer => linesOf(rest),
  }
}

/** Encoded as one and then cut: to encode each line by itself takes three times as long. */
const linesOf = (bytes: Buffer): Buffer => {
  const characters = Buffer.from(bytes.toString('base64'), 'latin1')
  const lines = Buffer.allocUnsafe(characters.length + Math.ceil(characters.length / LINE_CHARACTERS))
  for (let from = 0, to = 0; from < characters.length; from += LINE_CHARACTERS) {
    to += characters.copy(lines, to, from, from + LINE_CHARACTERS)
    lines.writeUInt8(NEWLINE, to)
    to += 1
  }
  return lines
}
