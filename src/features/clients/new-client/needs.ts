import type { Actor } from '../../../platform/actor.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import type { Problems } from '../../../platform/web/forms.ts'

/** The emergency contacts that a new client begins with, as the form sent them. */
export type FirstContacts = {
  /** What the form needs to show them. */
  page: object
  /** What is wrong with them, by places that begin with `contacts`. */
  problems: Problems
  /** Whether every number can be called. */
  dialable: boolean
  /** Adds them to a client that was made in this transaction, with their audit events. */
  add: (trx: Trx, actor: Actor, clientId: string) => Promise<void>
  /** Whether the contacts of a client are exactly these. */
  areThere: (trx: Trx, actor: Actor, clientId: string) => Promise<boolean>
}

/**
 * Reads the contacts of the form of a new client; blocks in which nothing was written are left out.
 * @param locals of the page: the reader's language, the organisation's country and day
 * @param more whether to show one more empty block than the form had
 */
export type ReadFirstContacts = (locals: unknown, body: unknown, more?: boolean) => FirstContacts
