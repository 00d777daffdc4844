export type Piece = { bytes: Buffer; last: boolean }

/**
 * Cuts a file into pieces of one size as it arrives, the last of them shorter; a file of nothing has none. A piece's bytes are
 * the caller's only until it asks for the next.
 */
export async function* piecesOf(file: AsyncIterable<Buffer>, size: number): AsyncGenerator<Piece> {
  const held = Buffer.allocUnsafe(size)
  let filled = 0
  for await (const chunk of file) {
    for (let at = 0; at < chunk.length;) {
      if (filled === size) {
        yield { bytes: held, last: false } // more has come, so this was not the last
        filled = 0
      }
      const taken = chunk.copy(held, filled, at)
      filled += taken
      at += taken
    }
  }
  if (filled > 0) yield { bytes: held.subarray(0, filled), last: true }
}
