import { pino, type Logger } from 'pino'

/** Logs as JSON lines to standard output. Whatever could hold a secret or say who somebody is never gets in. */
export const createLog = (level: string): Logger =>
  pino({
    level,
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
  })

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
