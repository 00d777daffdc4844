/** Stands for a letter that the file's fonts do not have. */
const unknownLetter = '□'
const rightToLeft = String.raw`[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{M}]`
/** Words of a script that runs from right to left, with spaces between them, and the space after them. */
const runs = new RegExp(`(${rightToLeft}+(?: ${rightToLeft}+)*)( ?)`, 'gu')
const beside = new RegExp(
  `${rightToLeft}[^\\s${rightToLeft.slice(1, -1)}]|[^\\s${rightToLeft.slice(1, -1)}]${rightToLeft}`,
  'u',
)
/** A longer run may be broken into lines, which turned words do not survive. */
const shortRun = 40

type HasLetter = (codePoint: number) => boolean

/**
 * A text as the letters are to be drawn, from left to right: letters without a glyph are boxes, and words that are read from the
 * right stand in that order. (Within a word the font's own shaping turns them.)
 */
export const lettered = (text: string, has: HasLetter): string =>
  Array.from(text, letter => (has(letter.codePointAt(0)!) ? letter : unknownLetter))
    .join('')
    .replaceAll(runs, (_, words: string, after: string) => turned(words.split(' '), after))

/** Whether {@link lettered} shows a text as it is: nothing is missing, and nothing may stand out of its order. */
export const isDrawnRight = (text: string, has: HasLetter): boolean =>
  [...text].every(letter => has(letter.codePointAt(0)!)) &&
  !beside.test(text) &&
  [...text.matchAll(runs)].every(([run]) => run.length <= shortRun)

/** A word is laid out with the space that follows it, and both are turned: a space comes to stand before its word. */
const turned = (words: readonly string[], after: string) => {
  const before = after ? '  ' : words.length > 1 ? '\u00a0' : ''
  return words.toReversed().join(' ') + before
}
