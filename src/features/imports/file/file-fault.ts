/** What can be wrong with a file as a whole; each has its own sentence in `imports:fault.<kind>`. */
export type FaultKind =
  | 'no-file'
  | 'empty'
  | 'only-header'
  | 'too-large'
  | 'too-many-rows'
  | 'too-many-columns'
  | 'cell-too-long'
  | 'row-too-long'
  | 'spreadsheet'
  | 'binary'
  | 'unclosed-quote'
  | 'not-a-table'
  | 'incomplete'

/** The file as a whole can't be read, and nothing of it is kept. `line` is the line of the file where that showed. */
export class FileFault extends Error {
  readonly kind: FaultKind
  readonly line: number | null
  constructor(kind: FaultKind, line: number | null = null) {
    super(kind)
    this.kind = kind
    this.line = line
  }
}
