/**
 * For the end of a file that is sent as it comes: a reader who goes away in the middle is no fault of ours, and has half a file,
 * which its own end would have told. @throws every other fault
 */
export const unlessReaderGone = (fault: unknown): void => {
  if ((fault as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw fault
}
