import { OperatorFault } from '../platform/errors.ts'

/** A line for the person at the terminal; a terminal that was closed is no reason to stop cleanly any less. */
export const say = (line: string) => process.stdout.write(`${line}\n`)

process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

/**
 * What to tell an operator of a fault: its sentence when it was meant for them, else the message and how to learn more.
 * @param fault anything that was thrown
 */
export const sentenceOf = (fault: unknown): string => {
  if (fault instanceof OperatorFault || (fault instanceof Error && fault.constructor.name === 'ConfigFault')) {
    return fault.message
  }
  const message = fault instanceof Error && fault.message ? fault.message : String(fault)
  return `Unexpected: ${message.split('\n')[0]} (set OSTOJA_TRACE=1 and try again to see where in the program).`
}

/** Prints the sentence of a fault, and its trace when asked for with OSTOJA_TRACE. */
export const report = (program: string, fault: unknown) => {
  process.stderr.write(`${program}: ${sentenceOf(fault)}\n`)
  if (process.env.OSTOJA_TRACE && fault instanceof Error) process.stderr.write(`${fault.stack ?? ''}\n`)
}
