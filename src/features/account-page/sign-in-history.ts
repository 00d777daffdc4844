import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { browserOf } from './browser.ts'
import {
  deleteDevicesBefore,
  deleteSignInsBefore,
  insertSignIn,
  putDevice,
  selectDevices,
  selectSignIns,
  type SignInOutcome,
} from './queries.ts'

type AccountKey = { tenantId: string; accountId: number }
/** Where somebody signed in from. `device` is the hash of the browser's own random name. */
export type SeenAt = { address: string; userAgent: string; device: string }
export type SignInEntry = { at: Date; address: string; browser: string; device: string }
type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  notify: (trx: Trx, tenantId: string, accountIds: readonly number[], kind: 'new-browser') => Promise<unknown>
}

const day = 24 * 60 * 60_000
const keptMs = 365 * day
/** As long as a browser keeps the cookie that names it (RFC 6265bis 5.5). */
const deviceKeptMs = 400 * day
const mostShown = 20

/** An account's sign-ins of the last year, sealed, and the browsers it knows. */
export const createSignInHistory = ({ db, vault, clock, notify }: Needs) => {
  const place = (tenant: string, row: string) => ({ tenant, column: 'sign_ins.seen_sealed', row }) as const
  const devicesSince = () => new Date(clock().getTime() - deviceKeptMs)
  const forgetOld = async (trx: Trx) => {
    await Promise.all([
      deleteSignInsBefore(trx, new Date(clock().getTime() - keptMs)),
      deleteDevicesBefore(trx, devicesSince()),
    ])
  }
  const rememberDevice = (trx: Trx, { tenantId, accountId }: AccountKey, device: string) =>
    putDevice(trx, { tenant_id: tenantId, account_id: accountId, device, last_used_at: clock() })

  const keep = async (trx: Trx, { tenantId, accountId }: AccountKey, from: SeenAt, outcome: SignInOutcome) => {
    const id = randomUUID()
    const seen = { address: from.address, browser: browserOf(from.userAgent), device: from.device }
    await insertSignIn(trx, {
      tenant_id: tenantId,
      id,
      account_id: accountId,
      at: clock(),
      outcome,
      seen_sealed: await vault.seal(seen, place(tenantId, id)),
    })
    return id
  }

  return {
    rememberDevice,

    /** Forgets what the organisation may keep no longer, whether anybody signs in or not. */
    sweep: (actor: Actor): Promise<void> => db.asTenant(actor, forgetOld),

    /** Whether the owner has signed in from this browser before. */
    knows: (trx: Trx, accountId: number, device: string): Promise<boolean> =>
      selectDevices(trx, accountId, devicesSince()).then(devices => devices.includes(device)),

    /**
     * Writes down a sign-in, in its transaction; the owner is told of a browser that is new to an account that has others.
     * What the organisation may keep no longer is forgotten with it.
     * @returns its id, which the events of the session carry
     */
    note: async (trx: Trx, account: AccountKey, from: SeenAt): Promise<string> => {
      const { tenantId, accountId } = account
      const { device } = from
      // In one flight, and carried out in this order: what was known is read before this browser is.
      const [known, id] = await Promise.all([
        selectDevices(trx, accountId, devicesSince()),
        keep(trx, account, from, 'entered'),
        forgetOld(trx),
        rememberDevice(trx, account, device),
      ])
      if (known.length > 0 && !known.includes(device)) await notify(trx, tenantId, [accountId], 'new-browser')
      return id
    },

    /** Writes down from where somebody tried and did not get in. @returns its id, for the event that tells of it */
    noteAttempt: (trx: Trx, account: AccountKey, from: SeenAt, outcome: 'refused' | 'blocked'): Promise<string> =>
      keep(trx, account, from, outcome),

    /** The actor's own, the newest first. */
    recent: (actor: Actor): Promise<SignInEntry[]> =>
      db.asTenant(actor, async trx => {
        const rows = await selectSignIns(trx, actor.accountId ?? 0, mostShown)
        return Promise.all(
          rows.map(async ({ id, at, seen_sealed }) => ({
            at,
            ...(await vault.open<Omit<SignInEntry, 'at'>>(seen_sealed, place(actor.tenantId, id))),
          })),
        )
      }),
  }
}
export type SignInHistory = ReturnType<typeof createSignInHistory>
