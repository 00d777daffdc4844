import { randomUUID } from 'node:crypto'
import type { Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Db, Trx } from '../../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../../platform/errors.ts'
import { insertApproval, lockApproval, lockLive, selectApprovals, updateApproval, type ApprovalRow } from './queries.ts'

/** Tells accounts that a consent was asked for, given or refused, and by whom. */
export type TellOfConsent = (
  trx: Trx,
  tenantId: string,
  to: readonly number[],
  what: 'asked' | 'approved' | 'refused',
  byAccount: number,
) => Promise<void>
type Needs = {
  db: Db
  clock: Clock
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  officers: (trx: Trx) => Promise<readonly number[]>
  tellOfConsent: TellOfConsent
}
export type ListedApproval = Omit<ApprovalRow, 'status'> & {
  status: ApprovalRow['status'] | 'expired'
  askedBy: string
  decidedBy: string
  /** Whether the reader may decide: never about a wish of one's own. */
  open: boolean
}

/** A wish waits so long, and a consent can be used so long. */
const lifetimeMs = 24 * 60 * 60_000

/** The consent of a second security officer to an export with hidden addresses. */
export const createApprovals = ({ db, clock, accountNames, officers, tellOfConsent }: Needs) => {
  const isOver = ({ status, expires_at }: ApprovalRow) =>
    (status === 'waiting' || status === 'approved') && expires_at <= clock()

  const decide = (actor: Actor, id: string, status: 'approved' | 'refused'): Promise<void> =>
    db.asTenant(actor, async trx => {
      const row = await lockApproval(trx, id)
      if (!row || actor.accountId === null) throw new NotFound()
      if (row.asked_by === actor.accountId) throw new Conflict('exports:conflict.ownWish')
      if (row.status !== 'waiting' || isOver(row)) throw new Conflict('exports:conflict.decided')
      const now = clock()
      const expires_at = new Date(now.getTime() + lifetimeMs)
      await updateApproval(trx, id, { status, decided_by: actor.accountId, decided_at: now, expires_at })
      await record(trx, actor, `export-approval.${status}`, id, { askedBy: row.asked_by })
      await tellOfConsent(trx, actor.tenantId, [row.asked_by], status, actor.accountId)
    })

  return {
    list: (actor: Actor): Promise<ListedApproval[]> =>
      db.asTenant(actor, async trx => {
        const rows = await selectApprovals(trx)
        const ids = rows.flatMap(({ asked_by, decided_by }) => [asked_by, ...(decided_by === null ? [] : [decided_by])])
        const names = await accountNames(trx, actor.tenantId, ids)
        return rows.map(row => ({
          ...row,
          status: isOver(row) ? 'expired' : row.status,
          askedBy: names.get(row.asked_by) ?? '',
          decidedBy: names.get(row.decided_by ?? -1) ?? '',
          open: row.status === 'waiting' && !isOver(row) && row.asked_by !== actor.accountId,
        }))
      }),

    /** Asks every other officer. Asked again while one waits or may be used, it stays with that one. @throws Conflict where there is no other officer */
    ask: (actor: Actor): Promise<void> =>
      db.asTenant(actor, async trx => {
        if (actor.accountId === null) throw new NotFound()
        const others = (await officers(trx)).filter(id => id !== actor.accountId)
        if (others.length === 0) throw new Conflict('exports:conflict.noOtherOfficer')
        const now = clock()
        if ((await lockLive(trx, actor.accountId, now)).length > 0) return
        const id = randomUUID()
        await insertApproval(trx, {
          tenant_id: actor.tenantId,
          id,
          asked_by: actor.accountId,
          asked_at: now,
          expires_at: new Date(now.getTime() + lifetimeMs),
        })
        await record(trx, actor, 'export-approval.asked', id)
        await tellOfConsent(trx, actor.tenantId, others, 'asked', actor.accountId)
      }),

    /** @throws NotFound, Conflict for one's own wish and for one that is decided or over */
    approve: (actor: Actor, id: string) => decide(actor, id, 'approved'),
    /** @throws as approve does */
    refuse: (actor: Actor, id: string) => decide(actor, id, 'refused'),

    /** Whether the actor has a consent to use now. */
    mayUse: (actor: Actor): Promise<boolean> =>
      db.asTenant(actor, async trx => (await usable(trx, actor, clock())) !== undefined),

    /** Uses the actor's consent up, in the transaction of what it is for. @returns its id, or null where there is none */
    use: async (trx: Trx, actor: Actor): Promise<string | null> => {
      const consent = await usable(trx, actor, clock())
      if (!consent) return null
      await updateApproval(trx, consent.id, { status: 'used' })
      return consent.id
    },
  }
}
export type Approvals = ReturnType<typeof createApprovals>

const usable = async (trx: Trx, { accountId }: Actor, now: Date) =>
  accountId === null ? undefined : (await lockLive(trx, accountId, now)).find(({ status }) => status === 'approved')
