import { createInterface } from 'node:readline'
import { OperatorFault } from '../platform/errors.ts'

export const isTerminal = () => process.stdin.isTTY

/** Asks a person at the terminal. */
export const ask = (question: string): Promise<string> => askWith(question, true)

/** As ask, without showing what is typed. */
export const askSecretly = (question: string): Promise<string> => askWith(question, false)

const askWith = (question: string, echo: boolean): Promise<string> =>
  new Promise((resolve, reject) => {
    const { stdin, stderr } = process
    // The terminal stops echoing when this is made: only then may somebody be asked.
    const lines = createInterface({ input: stdin, ...(echo ? { output: stderr } : {}), terminal: true })
    stderr.write(question)
    let answered = false
    lines.once('line', line => {
      answered = true
      lines.close()
      if (!echo) stderr.write('\n')
      resolve(line)
    })
    const stop = () => {
      if (answered) return
      stderr.write('\n')
      lines.close()
      reject(new OperatorFault('Nothing was typed, so nothing was done.'))
    }
    lines.once('SIGINT', stop)
    lines.once('close', stop)
  })

/** The lines of the standard input where it is no terminal: how scripts and tests hand over what is typed otherwise. */
export const linesOfInput = async (): Promise<string[]> => {
  const parts: Buffer[] = []
  for await (const part of process.stdin) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8').split(/\r?\n/)
}
