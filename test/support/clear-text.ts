import { gunzipSync, inflateRawSync, inflateSync, constants } from 'node:zlib'
import { extractText, getDocumentProxy } from 'unpdf'

/**
 * Which of the words somebody reads who has nothing but the bytes of a file: as they are, whatever is compressed in it (PDF, gzip, zip)
 * or written in base64 taken out, and the text of a PDF that opens without a passphrase.
 */
export const readableWords = async (file: Buffer, words: readonly string[]): Promise<string[]> => {
  const texts = [...piecesOf(file)].flatMap(readings)
  const pdf = await textOfPdf(file)
  return words.filter(word => [...texts, pdf].some(text => text.includes(word)))
}

function* piecesOf(file: Buffer): Generator<Buffer> {
  yield file
  yield* inflated(file)
  for (const [written] of file.toString('latin1').matchAll(/[A-Za-z0-9+/]{60,}={0,2}(?:\s+[A-Za-z0-9+/]+={0,2})*/g)) {
    const bytes = Buffer.from(written, 'base64')
    yield bytes
    yield* inflated(bytes)
  }
}

/** What begins as compressed data do, wherever it stands (RFC 1950, RFC 1952, and the local headers of a zip). */
function* inflated(file: Buffer): Generator<Buffer> {
  for (let at = 0; at + 2 < file.length; at++) {
    const start = file.readUInt16BE(at)
    const found =
      start === 0x1f8b
        ? attempt(() => gunzipSync(file.subarray(at), untilItBreaks))
        : start === 0x504b && file.readUInt16BE(at + 2) === 0x0304
          ? attempt(() => inflateRawSync(file.subarray(contentOfZip(file, at)), untilItBreaks))
          : zlibStarts.has(start)
            ? attempt(() => inflateSync(file.subarray(at), untilItBreaks))
            : null
    if (found?.length) yield found
  }
}
const zlibStarts = new Set([0x7801, 0x785e, 0x789c, 0x78da])
const untilItBreaks = { finishFlush: constants.Z_SYNC_FLUSH }
const contentOfZip = (file: Buffer, at: number) => at + 30 + file.readUInt16LE(at + 26) + file.readUInt16LE(at + 28)
const attempt = (inflate: () => Buffer): Buffer | null => {
  try {
    return inflate()
  } catch {
    return null
  }
}

const readings = (bytes: Buffer): string[] => [
  bytes.toString('utf8'),
  bytes.toString('latin1'),
  inUtf16(bytes),
  inUtf16(bytes.subarray(1)),
]

/** Of an even number of bytes, copied: node 24 writes past its memory for an odd number of bytes at an odd place. */
const inUtf16 = (bytes: Buffer) => Buffer.from(bytes.subarray(0, bytes.length & ~1)).toString('utf16le')

/** Letters of a PDF are numbers of glyphs, so that only a reader tells what its streams say. */
const textOfPdf = async (file: Buffer): Promise<string> => {
  if (!file.subarray(0, 1024).includes('%PDF-')) return ''
  const pdf = await getDocumentProxy(new Uint8Array(file)).catch(() => null)
  return pdf ? (await extractText(pdf, { mergePages: true })).text : ''
}
