import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { TypedFields } from '../../platform/web/typed-fields.ts'
import { aboutOf, clientOf, formOf } from './described.ts'
import { columnOf, placeOf } from './place.ts'
import {
  deleteDraft,
  deleteEnded,
  deleteOld,
  selectDraft,
  selectLastPage,
  selectListed,
  selectOffers,
  setAside,
  upsertDraft,
} from './queries.ts'
import { writtenOf } from './written.ts'

type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  redis: Redis
  /** Names of clients by id, of those that the actor may see. */
  clientNames: (trx: Trx, actor: Actor, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
}
/** Whose page something was typed on, and which. */
export type Origin = { tenantId: string; accountId: number; page: string; id: string }
type Owner = { tenantId: string; accountId: number }

const days = 24 * 60 * 60_000
const lifeMs = 30 * days
/** So long after it was typed on, a page is what signing in again leads back to. */
const freshMs = 1 * days
const mostOfAnAccount = 200
/** Longer than a save of a draft can be under way. */
const settledSeconds = 30

/** What somebody has typed and not saved, sealed, for its owner only, for 30 days. */
export const createDrafts = ({ db, vault, clock, redis, clientNames }: Needs) => {
  const ended = () => new Date(clock().getTime() - lifeMs)
  const accountOf = ({ accountId }: Actor) => {
    if (accountId === null) throw new NotFound()
    return accountId
  }

  return {
    /**
     * Keeps what was typed into the form that goes to `action`. Needs no session: the page itself says whose it is.
     * @param late the form has been sent and not been saved: keep it even where an earlier sending was
     */
    keep: async (origin: Origin, action: string, fields: TypedFields, { late = false } = {}): Promise<void> => {
      const { tenantId, accountId, page } = origin
      const id = draftIdOf(origin.id, action)
      const sealed = await vault.seal(fields, placeOf(tenantId, id))
      await db.asTenant(origin, async trx => {
        await upsertDraft(trx, {
          tenant_id: tenantId,
          id,
          page_id: origin.id,
          account_id: accountId,
          page,
          action,
          fields_sealed: sealed,
          updated_at: clock(),
        })
        await deleteOld(trx, accountId, ended(), mostOfAnAccount)
      })
      // A save that was under way while the form itself was being saved comes too late.
      if (!late && (await redis.exists(settledKey(tenantId, id))))
        await db.asTenant(origin, trx => deleteDraft(trx, accountId, id))
    },

    /** The form has been saved: what was typed has come to where it belongs. */
    settle: async (origin: Origin, action: string): Promise<void> => {
      const id = draftIdOf(origin.id, action)
      const marked = await Promise.allSettled([redis.set(settledKey(origin.tenantId, id), '1', 'EX', settledSeconds)])
      await db.asTenant(origin, trx => deleteDraft(trx, origin.accountId, id))
      for (const { reason } of marked.filter(mark => mark.status === 'rejected')) throw reason as Error
    },

    /** Nothing is typed in the form any more: there is nothing to bring back. */
    drop: async (origin: Origin, action: string): Promise<void> => {
      await db.asTenant(origin, trx => deleteDraft(trx, origin.accountId, draftIdOf(origin.id, action)))
    },

    written: writtenOf,

    /** The drafts that were typed on `page` (a path), newest first; of every page where none is named. */
    offers: (actor: Actor, page?: string) =>
      db.asTenant(actor, trx => selectOffers(trx, accountOf(actor), ended(), page)),

    /** All of them, each with its form, what it is about, and the client whose form it is where the actor may see them. */
    list: async (actor: Actor) => {
      const { rows, names } = await db.asTenant(actor, async trx => {
        const listed = await selectListed(trx, accountOf(actor), ended())
        const ids = mayReadClients(actor) ? listed.flatMap(({ action }) => clientOf(action) ?? []) : []
        const found = await clientNames(trx, actor, [...new Set(ids)])
        const clients = [...found.keys()]
        if (clients.length > 0) await record(trx, actor, 'drafts.listed', undefined, { count: clients.length, clients })
        return { rows: listed, names: found }
      })
      const opened = await vault.openAll<TypedFields>(
        rows.map(({ id, fields_sealed: sealed }) => ({ row: id, sealed })),
        columnOf(actor.tenantId),
      )
      return rows.map(({ id, action, updated_at: updatedAt }, at) => ({
        id,
        updatedAt,
        form: formOf(action),
        about: aboutOf(opened[at]!),
        client: names.get(clientOf(action) ?? '') ?? null,
      }))
    },

    /** How much that is. */
    count: async (trx: Trx, actor: Actor): Promise<number> =>
      (await selectOffers(trx, accountOf(actor), ended())).length,

    /** As `offers`, read alongside what the page itself reads. */
    offersBeside: (actor: Actor, page: string) =>
      db.alongside(actor, trx => selectOffers(trx, accountOf(actor), ended(), page)),

    /** @throws NotFound where there is no such draft, or it is somebody else's */
    open: async (actor: Actor, id: string) => {
      const accountId = accountOf(actor)
      const row = await db.asTenant(actor, async trx => {
        const found = await selectDraft(trx, accountId, id, ended())
        if (!found) throw new NotFound()
        await record(trx, actor, 'draft.opened', id)
        return found
      })
      const fields = await vault.open<TypedFields>(row.fields_sealed, placeOf(actor.tenantId, id))
      return {
        id,
        page: row.page,
        action: row.action,
        pageId: row.page_id,
        updatedAt: row.updated_at,
        fields,
        form: formOf(row.action),
        about: aboutOf(fields),
        written: writtenOf(fields),
      }
    },

    /** @throws NotFound as open does. @returns the page it was typed on */
    discard: async (actor: Actor, id: string): Promise<string> => {
      const accountId = accountOf(actor)
      return db.asTenant(actor, async trx => {
        const found = await selectDraft(trx, accountId, id, ended())
        if (!found) throw new NotFound()
        await deleteDraft(trx, accountId, id)
        await record(trx, actor, 'draft.discarded', id)
        return found.page
      })
    },

    /**
     * A page was open when the session of its owner ended: signing in again leads there. Of several pages, which tell so
     * at the same moment, the one with the highest rank stays, and of equal ones the last.
     */
    leadBackTo: async ({ tenantId, accountId, page }: Origin, rank: number): Promise<void> => {
      await redis.eval(keepHighest, 1, returnKey({ tenantId, accountId }), rank, page, returnSeconds)
    },

    /** Where its owner was when the session ended against their will, once; null when nowhere. */
    pageToReturnTo: async (owner: Owner): Promise<string | null> => {
      const [open] = await Promise.all([redis.hget(returnKey(owner), 'page'), redis.del(returnKey(owner))])
      if (open && open !== '/') return open
      return db.asTenant(owner, trx => selectLastPage(trx, owner.accountId, new Date(clock().getTime() - freshMs)))
    },

    /** Removes what nobody came back for within 30 days; for a nightly round. */
    sweep: async (actor: Actor): Promise<void> => {
      await db.asTenant(actor, trx => deleteEnded(trx, ended()))
    },

    /** Its owner signs out by choice: the drafts stay, but signing in again starts afresh. */
    setAside: async (owner: Owner): Promise<void> => {
      await redis.del(returnKey(owner))
      await db.asTenant(owner, trx => setAside(trx, owner, clock()))
    },
  }
}
export type Drafts = ReturnType<typeof createDrafts>

const mayReadClients = ({ roles }: Actor) => roles.includes('staff') || roles.includes('security_officer')

const returnKey = ({ tenantId, accountId }: Owner) => `return:${tenantId}:${accountId}`
const returnSeconds = 12 * 60 * 60
const keepHighest = `
local rank = redis.call('HGET', KEYS[1], 'rank')
if rank and tonumber(rank) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'rank', ARGV[1], 'page', ARGV[2])
return redis.call('EXPIRE', KEYS[1], ARGV[3])`

const settledKey = (tenantId: string, id: string) => `settled:${tenantId}:${id}`

/** One id for one form of one opening of a page, in the shape of a uuid (RFC 9562, version 8). */
const draftIdOf = (pageId: string, action: string): string => {
  const hash = createHash('sha256').update(`${pageId} ${action}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
