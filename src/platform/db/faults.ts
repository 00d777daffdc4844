import { OperatorFault } from '../errors.ts'

type PgFault = { code?: string; message?: string }

/** The server and database of a URL, without the password, for people to read. */
export const placeOf = (url: string): string => {
  const { username, hostname, port, pathname } = new URL(url)
  return `${decodeURIComponent(username)}@${hostname}:${port || '5432'}${pathname}`
}

/** Why a connection failed, and how to mend it, in one sentence. */
export const connectionFault = (url: string, fault: unknown): Error => {
  const { code, message } = fault as PgFault
  const place = placeOf(url)
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ETIMEDOUT':
      return new OperatorFault(
        `No PostgreSQL answers at ${place}: start it, or correct the host and port in the database URL.`,
      )
    case '28P01':
    case '28000':
      return new OperatorFault(
        `PostgreSQL refuses the login ${place}: correct the name or password in the database URL.`,
      )
    case '3D000':
      return new OperatorFault(
        `There is no database ${place}: create it with createdb, or correct the name in the database URL.`,
      )
    default:
      return new OperatorFault(
        `Cannot connect to PostgreSQL at ${place} (${message ?? 'no reason given'}): correct the database URL.`,
      )
  }
}

/** A refusal for want of rights becomes a sentence that names them; any other fault stays what it is. */
export const missingRight = (url: string, fault: unknown): unknown =>
  (fault as PgFault).code === '42501'
    ? new OperatorFault(
        `The login ${placeOf(url)} may not create roles (${(fault as Error).message}): use a superuser, or let an administrator ` +
          `grant it CREATEROLE and BYPASSRLS and the ownership of the database (PostgreSQL 16 or newer).`,
      )
    : fault
