import type { Redis } from 'ioredis'
import type { Actor, Role } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Live } from '../../platform/live/live.ts'
import type { Vault } from '../../platform/vault/vault.ts'

/** Somebody of the organisation; `active`: may sign in. */
export type Person = { id: number; name: string; roles: readonly Role[]; active: boolean }
export type NoticeKind = 'message-waiting' | 'urgent-message'

/** What comes along with a message, as its page shows it. */
export type Attached = { id: string; name: string; size: number }

/** What messages need of the platform, and of other features through composition. */
export type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  redis: Redis
  live: Pick<Live, 'tell'>
  /** Everybody of the organisation by family name, or those with these ids. */
  people: (trx: Trx, tenantId: string, ids?: readonly number[]) => Promise<Person[]>
  /** The client can't go until `trx` ends. @throws NotFound where there is none */
  lockClient: (trx: Trx, actor: Actor, clientId: string) => Promise<unknown>
  /** How clients are called; those that are no more are left out. */
  clientNames: (trx: Trx, actor: Actor, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Whom to call for a client, in order, as the page of a thread shows it beside what was written. */
  whomToCall: (trx: Trx, actor: Actor, clientId: string) => Promise<readonly object[]>
  /** Of these clients, those that are not hidden from the account of this transaction (docs/adr/0019). */
  visible: (trx: Trx, clientIds: readonly string[]) => Promise<ReadonlySet<string>>
  /** How many openings of restricted records wait for the actor to judge them. */
  casesToJudge: (trx: Trx, actor: Actor) => Promise<number>
  /** Tells people, outside of the pages too, that something waits for them. */
  notify: (trx: Trx, tenantId: string, accountIds: readonly number[], kind: NoticeKind) => Promise<unknown>
  /** Nothing waits for this account any more. */
  settleNotices: (trx: Trx, accountId: number, kinds: readonly NoticeKind[]) => Promise<unknown>
  files: {
    /** Sends what lies in a tray of the actor's with a message. @returns how many */
    send: (trx: Trx, actor: Actor, trayId: string, messageId: string) => Promise<number>
    ofMessages: (
      trx: Trx,
      actor: Actor,
      messageIds: readonly string[],
    ) => Promise<ReadonlyMap<string, readonly Attached[]>>
  }
}

/** The account that acts; nobody but people write messages. */
export const accountOf = ({ accountId }: Actor): number => {
  if (accountId === null) throw new Error('messages are read and written by accounts only')
  return accountId
}
