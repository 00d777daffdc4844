import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino'
import { currentTrace } from './trace.ts'

/**
 * Logs as JSON lines to standard output. Whatever could hold a secret or say who somebody is never gets in. A line bears the id
 * of the request it was written for, in jobs that of the request that asked for the job.
 */
export const createLog = (level: string, to?: DestinationStream): Logger => {
  const options: LoggerOptions = {
    level,
    mixin: () => ({ ...currentTrace() }),
    redact: {
      paths: [
        'req.headers',
        'res.headers',
        'req.body',
        'req.query',
        'req.params',
        'password',
        'passphrase',
        '*.password',
        '*.passphrase',
        'err.bindings',
        'err.detail',
        'err.where',
        'err.internalQuery',
      ],
      remove: true,
    },
    serializers: { err: serializeFault },
  }
  return to ? pino(options, to) : pino(options)
}

/**
 * Of a fault: its kind, where in the code, and PostgreSQL's own code. Not its message: a database quotes the value it refuses,
 * and knex the whole statement.
 */
const serializeFault = (fault: Error & { code?: string; constraint?: string; table?: string }) => ({
  type: fault.name,
  code: fault.code,
  constraint: fault.constraint,
  table: fault.table,
  stack: fault.stack
    ?.split('\n')
    .filter(line => /^\s+at /.test(line))
    .join('\n'),
})
