import { readFile } from 'node:fs/promises'

/** The values of a text with one NAME=value a line. */
export const parseNameValues = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter(line => line.includes('='))
      .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

/** The values of a file with one NAME=value a line; null when there is no such file. */
export const readNameValues = async (file: string) => {
  try {
    return parseNameValues(await readFile(file, 'utf8'))
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw fault
  }
}
