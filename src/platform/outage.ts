/** A service that Ostoja stands on. */
export type Service = 'postgres' | 'redis'

/** A service does not answer: thrown where that was found out by asking it. */
export class Away extends Error {
  readonly service: Service
  constructor(service: Service) {
    super(`${service} does not answer`)
    this.service = service
  }
}

/**
 * Which service is out of reach, where that is why something failed; null for every other error, which is then a bug of ours.
 * The one place that knows it: SQLSTATE (PostgreSQL Appendix A), the codes of node's sockets, and what pg, knex, tarn and ioredis
 * throw when a connection cannot be had, breaks or stays silent.
 */
export const outageOf = (fault: unknown): Service | null => {
  if (fault instanceof Away) return fault.service
  if (!(fault instanceof Error)) return null
  const { code, name, message } = fault as Error & { code?: unknown }
  if (redisNames.has(name) || redisMessages.test(message)) return 'redis'
  const ofDatabase = typeof code === 'string' && 'severity' in fault
  if (ofDatabase ? sqlStates.test(code) : socketCodes.has(String(code))) return 'postgres'
  if (poolNames.has(name) || postgresMessages.test(message)) return 'postgres'
  return outageOf(fault.cause)
}

/**
 * 08 connection; 53 no room for connections, in memory or on the disk; 57P01 to 57P05 shut down, crashed, starting; 57014 ended by an
 * administrator; 58 the server's own system; 25006 a stand-by that takes no changes.
 */
const sqlStates = /^(08...|53...|57P0[1-5]|57014|58...|25006)$/

const socketCodes = new Set(
  [
    ['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'],
    ['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'],
  ].flat(),
)

const poolNames = new Set(['KnexTimeoutError', 'TimeoutError'])
const postgresMessages =
  /^(Connection terminated|timeout expired$|Query read timeout$|Client has encountered a connection error|Client was closed|Unable to acquire a connection$|aborted$)/

const redisNames = new Set(['MaxRetriesPerRequestError', 'AbortError', 'InterruptError'])
/** Replies begin with the kind of what is wrong: it loads, is full, or may not write. */
const redisMessages =
  /^(Command timed out$|Connection is closed|Stream isn't writeable|Socket closed|Socket timeout|(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|MISCONF|OOM|NOREPLICAS) )/
