import type { Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../../platform/errors.ts'
import type { NamedRecord, Needs } from '../needs.ts'
import { isOfficer, mayJudge } from '../policy.ts'
import {
  countToJudge,
  countUnjudged,
  deleteMissedBefore,
  findCase,
  lockCase,
  selectCases,
  selectEvents,
  updateCase,
  type CaseEvent,
  type CaseRow,
} from '../queries.ts'
import type { JudgementForm } from '../schema.ts'
import type { CaseReason, Seals } from '../sealing.ts'

export type ListedCase = Pick<CaseRow, 'id' | 'opened_at' | 'ends_at' | 'ended_at' | 'judgement' | 'judged_at'> & {
  /** Null where nobody was found. */
  record: NamedRecord | null
  by: string
  /** Whether the record is still open to who broke the glass. */
  underWay: boolean
  reason: CaseReason
  judgedBy: string | null
}
export type CasePage = ListedCase & {
  events: CaseEvent[]
  note: string | null
  mayJudge: boolean
  /** Judged by the one it is of, or to be: there is no other officer. */
  own: boolean
}

const missedKeptMs = 365 * 24 * 60 * 60_000

/** Cases of broken glass, for the officers who must judge each. They run as the program: an officer judges what is hidden from them. */
export const createCases = (needs: Needs, seals: Seals) => {
  const { db, clock, named, accountNames, people, ring } = needs
  const asProgram = <T>({ tenantId }: Actor, work: (trx: Trx) => Promise<T>) => db.asTenant({ tenantId }, work)

  const listed = async (trx: Trx, { tenantId }: Actor, rows: readonly CaseRow[]): Promise<ListedCase[]> => {
    const ids = rows.flatMap(row => row.client_id ?? [])
    const records = new Map((await named(trx, tenantId, ids)).map(each => [each.id, each]))
    const accounts = rows.flatMap(({ account_id, judged_by }) => [account_id, judged_by ?? account_id])
    const names = await accountNames(trx, tenantId, accounts)
    const now = clock()
    return Promise.all(
      rows.map(async row => ({
        ...row,
        record: records.get(row.client_id ?? '') ?? null,
        by: names.get(row.account_id) ?? '',
        underWay: row.client_id !== null && row.ends_at > now,
        reason: await seals.openReason(row),
        judgedBy: names.get(row.judged_by ?? 0) ?? null,
      })),
    )
  }

  const officersIn = async (trx: Trx, tenantId: string) =>
    (await people(trx, tenantId)).filter(isOfficer).map(({ id }) => id)

  return {
    /** Those to be judged first. */
    list: (actor: Actor): Promise<ListedCase[]> =>
      asProgram(actor, async trx => {
        const rows = await selectCases(trx)
        const clients = rows.flatMap(row => row.client_id ?? [])
        await record(trx, actor, 'break-glass.cases-listed', undefined, { count: rows.length, clients })
        return listed(trx, actor, rows)
      }),

    /** One case, with what was read and done under it. @throws NotFound */
    find: (actor: Actor, id: string): Promise<CasePage> =>
      asProgram(actor, async trx => {
        const row = await findCase(trx, id)
        if (!row) throw new NotFound()
        const [page] = await listed(trx, actor, [row])
        await record(trx, actor, 'break-glass.case-viewed', id, row.client_id ? { client: row.client_id } : {})
        return {
          ...page!,
          events: await selectEvents(trx, row),
          note: await seals.openJudgement(row),
          mayJudge: row.judgement === null && mayJudge(actor, row.account_id, await officersIn(trx, actor.tenantId)),
          own: row.account_id === (row.judged_by ?? actor.accountId),
        }
      }),

    /** Closes a case. @throws NotFound, and Conflict for a case that is judged already and for one's own */
    judge: async (actor: Actor, id: string, { judgement, note }: JudgementForm): Promise<void> => {
      const officers = await asProgram(actor, async trx => {
        const row = await lockCase(trx, id)
        if (!row) throw new NotFound()
        if (row.judgement !== null) throw new Conflict('restricted-records:conflict.judged')
        const officers = await officersIn(trx, actor.tenantId)
        if (!mayJudge(actor, row.account_id, officers)) throw new Conflict('restricted-records:conflict.own')
        await updateCase(trx, id, {
          judgement,
          judgement_sealed: await seals.sealJudgement(actor.tenantId, id, note),
          judged_at: clock(),
          judged_by: actor.accountId,
        })
        await record(trx, actor, 'break-glass.judged', id, {
          judgement,
          own: row.account_id === actor.accountId,
          ...(row.client_id ? { client: row.client_id } : {}),
        })
        return officers
      })
      await ring(actor.tenantId, officers)
    },

    countUnjudged: (actor: Actor): Promise<number> => db.asTenant(actor, countUnjudged),

    /** How many wait for a judgement, for whoever may give one; on top of every page. */
    toJudge: async (trx: Trx, actor: Actor): Promise<number> =>
      isOfficer(actor) && actor.accountId !== null ? countToJudge(trx, actor.accountId) : 0,

    /** Forgets for whom somebody looked in vain a year after it was judged; by night. */
    sweep: async (actor: Actor): Promise<void> => {
      await db.asTenant(actor, trx => deleteMissedBefore(trx, new Date(clock().getTime() - missedKeptMs)))
    },
  }
}
