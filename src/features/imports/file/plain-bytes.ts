import { StringDecoder } from 'node:string_decoder'
import { FileFault } from './file-fault.ts'

const looksAt = 4096

/** The first bytes of files that are no text (https://en.wikipedia.org/wiki/List_of_file_signatures). */
const workbooks = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('d0cf11e0a1b11ae1', 'hex')]
const utf8Mark = Buffer.from('efbbbf', 'hex')
const utf16Marks = { le: Buffer.from('fffe', 'hex'), be: Buffer.from('feff', 'hex') }
type Order = keyof typeof utf16Marks
const orders = ['le', 'be'] as const

/**
 * Passes a text file on as bytes in which every ASCII sign stands for itself: without byte order mark, UTF-16 of
 * either byte order as UTF-8, anything else as it is. Never holds more than a few chunks.
 * @param most the most bytes the file may have
 * @throws FileFault empty, too-large, spreadsheet (a workbook under another name), binary (a NUL byte)
 */
export async function* plainBytes(file: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let size = 0
  let start: Buffer = Buffer.alloc(0)
  let turn: ((chunk: Buffer) => Buffer) | null = null

  for await (const chunk of file) {
    size += chunk.length
    if (size > most) throw new FileFault('too-large')
    if (turn) {
      yield turn(chunk)
      continue
    }
    start = Buffer.concat([start, chunk])
    if (start.length < looksAt) continue
    turn = turnerFor(start)
    yield turn(start)
  }

  if (size === 0) throw new FileFault('empty')
  if (!turn) yield turnerFor(start)(start)
}

const turnerFor = (start: Buffer): ((chunk: Buffer) => Buffer) => {
  if (workbooks.some(sign => start.subarray(0, sign.length).equals(sign))) throw new FileFault('spreadsheet')
  const marked = orders.find(order => start.subarray(0, 2).equals(utf16Marks[order]))
  const order = marked ?? orders.find(order => looksLikeUtf16(start, order))
  if (order) return dropping(marked ? 2 : 0, fromUtf16(order))
  return dropping(start.subarray(0, 3).equals(utf8Mark) ? 3 : 0, withoutNul)
}

/** Drops the byte order mark of the first chunk. */
const dropping = (mark: number, turn: (chunk: Buffer) => Buffer) => {
  let left = mark
  return (chunk: Buffer) => {
    const rest = chunk.subarray(left)
    left = 0
    return turn(rest)
  }
}

const fromUtf16 = (order: Order) => {
  const decoder = new StringDecoder('utf16le')
  const swapped = order === 'be' ? inPairs() : (chunk: Buffer) => chunk
  return (chunk: Buffer) => withoutNul(Buffer.from(decoder.write(swapped(chunk))))
}

/** The two bytes of each pair change places; one that is left at the end of a chunk waits for the next. */
const inPairs = () => {
  let left: Buffer = Buffer.alloc(0)
  return (chunk: Buffer): Buffer => {
    const all = Buffer.concat([left, chunk])
    const even = all.length - (all.length % 2)
    left = Buffer.from(all.subarray(even))
    return all.subarray(0, even).swap16()
  }
}

const withoutNul = (chunk: Buffer) => {
  if (chunk.includes(0)) throw new FileFault('binary')
  return chunk
}

/** Latin text in UTF-16 has a zero as nearly every second byte, even without a mark. */
const looksLikeUtf16 = (start: Buffer, order: Order): boolean => {
  const [letter, zero] = order === 'le' ? [0, 1] : [1, 0]
  const pairs = Math.floor(start.length / 2)
  let zeros = 0
  for (let at = 0; at < pairs; at++) {
    if (start[2 * at + letter] === 0) return false
    if (start[2 * at + zero] === 0) zeros++
  }
  return pairs >= 4 && zeros > pairs * 0.7
}
