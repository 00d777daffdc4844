/** Bytes in a line of base64: 57 make 76 characters, the length that mail, editors and `base64` itself use. */
const LINE_BYTES = 57

/**
 * Turns bytes that arrive in pieces into base64 lines (76 characters, each ended by a newline).
 * `push` returns the lines that are complete; `end` the last, shorter one.
 */
export const createBase64Lines = () => {
  let rest = Buffer.alloc(0)
  const lines = (bytes: Buffer) => {
    let text = ''
    for (let at = 0; at < bytes.length; at += LINE_BYTES) text += `${bytes.toString('base64', at, at + LINE_BYTES)}\n`
    return text
  }
  return {
    push: (bytes: Uint8Array) => {
      const all = Buffer.concat([rest, bytes])
      const whole = all.length - (all.length % LINE_BYTES)
      rest = all.subarray(whole)
      return lines(all.subarray(0, whole))
    },
    end: () => lines(rest),
  }
}
