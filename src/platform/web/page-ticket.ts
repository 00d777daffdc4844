import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { isOwnPath } from './own-path.ts'

/**
 * What a page carries in each of its forms: whose it is and which page, signed by us. With it, and with no session at
 * all, what somebody typed can still be kept for the account that typed it. It opens nothing: it only lets one add.
 */
export type PageTicket = {
  tenantId: string
  accountId: number
  /** A short hash of the session that the page was made in. */
  session: string
  /** The address to come back to: a path, never a query. */
  page: string
  /** Names what is typed into the page; a form that comes back with something to put right keeps it. */
  id: string
  /** Names the page as one of those that are open, to the session. */
  opened: string
  /** Milliseconds since 1970. */
  madeAt: number
}

const days = 24 * 60 * 60_000
const lifeMs = 30 * days
const longest = 2000

/**
 * Signs and reads tickets.
 * @param keys of 32 bytes, of this purpose only: the first signs, all are good, so that they can turn under open pages
 */
export const createPageTickets = (keys: readonly Buffer[]) => {
  const sign = (text: string, key = keys[0]!) => createHmac('sha256', key).update(text).digest().subarray(0, 16)
  const isOurs = (body: string, given: Buffer) =>
    keys.some(key => {
      const right = sign(body, key)
      return given.length === right.length && timingSafeEqual(given, right)
    })

  return {
    write: (ticket: PageTicket): string => {
      const { tenantId, accountId, session, page, id, opened, madeAt } = ticket
      const parts = [tenantId, accountId, session, comeBackTo(page), id, opened, madeAt]
      const text = Buffer.from(JSON.stringify(parts)).toString('base64url')
      return `${text}.${sign(text).toString('base64url')}`
    },

    /** @returns the ticket, or null where it is none of ours or older than 30 days */
    read: (text: unknown, now: Date): PageTicket | null => {
      if (typeof text !== 'string' || text.length > longest) return null
      const [body = '', signature = ''] = text.split('.')
      if (!isOurs(body, Buffer.from(signature, 'base64url'))) return null
      const [tenantId, accountId, session, page, id, opened, madeAt] = JSON.parse(
        Buffer.from(body, 'base64url').toString(),
      ) as [string, number, string, string, string, string, number]
      if (madeAt + lifeMs <= now.getTime()) return null
      return { tenantId, accountId, session, page: comeBackTo(page), id, opened, madeAt }
    },
  }
}
export type PageTickets = ReturnType<typeof createPageTickets>

/** An error page can stand at any address, such as `//elsewhere`: signing in must not lead there. */
const comeBackTo = (page: string) => (isOwnPath(page) ? page : '/')

/**
 * Whether a page shows its forms as they are, and not one that came back with something to put right or goes on with a draft: then
 * what stands in it from the start has been typed already.
 */
export const isFresh = ({ id, opened }: PageTicket): boolean => id === opened

export const newPageId = (): string => randomUUID()

/** Names a session where its id, which is a secret, must not stand. */
export const sessionMark = (sessionId: string): string =>
  createHash('sha256').update(sessionId).digest('base64url').slice(0, 12)

/** The field of a form that holds the ticket. */
export const ticketField = '_page'
