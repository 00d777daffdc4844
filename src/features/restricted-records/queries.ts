import { lockName } from '../../platform/db/named-lock.ts'
import type { Trx } from '../../platform/db/tenant.ts'

export type RestrictionRow = {
  tenant_id: string
  client_id: string
  people: number[]
  since: Date
  changed_at: Date
}
export type VersionRow = {
  tenant_id: string
  client_id: string
  version: number
  action: 'restricted' | 'changed' | 'lifted'
  people: number[]
  note_sealed: Buffer
  at: Date
  by: number | null
}
export const judgements = ['justified', 'not-justified', 'follow-up'] as const
export type CaseRow = {
  tenant_id: string
  id: string
  client_id: string | null
  account_id: number
  opened_at: Date
  ends_at: Date
  ended_at: Date | null
  reason_sealed: Buffer
  judgement: (typeof judgements)[number] | null
  judgement_sealed: Buffer | null
  judged_at: Date | null
  judged_by: number | null
}
export type CaseEvent = { at: Date; action: string }

const mostShown = 100
const mostEvents = 500
const restrictions = (trx: Trx) => trx<RestrictionRow>('client_restrictions')
const cases = (trx: Trx) => trx<CaseRow>('break_glass_cases')

export const findRestriction = (trx: Trx, clientId: string): Promise<RestrictionRow | undefined> =>
  restrictions(trx).where({ client_id: clientId }).first()

/** As findRestriction; nobody else changes or lifts it until the transaction ends. */
export const lockRestriction = (trx: Trx, clientId: string): Promise<RestrictionRow | undefined> =>
  restrictions(trx).where({ client_id: clientId }).forUpdate().first()

export const selectRestrictions = (trx: Trx): Promise<RestrictionRow[]> =>
  restrictions(trx).orderBy([{ column: 'changed_at', order: 'desc' }, 'client_id'])

export const selectRestricted = (trx: Trx, clientIds: readonly string[]): Promise<string[]> =>
  restrictions(trx).whereIn('client_id', clientIds).pluck('client_id')

export const upsertRestriction = (trx: Trx, row: RestrictionRow) =>
  restrictions(trx).insert(row).onConflict(['tenant_id', 'client_id']).merge(['people', 'changed_at'])

export const deleteRestriction = (trx: Trx, clientId: string) =>
  restrictions(trx).where({ client_id: clientId }).delete()

/** Those that hide something from an account. */
export const selectClosedTo = (trx: Trx, accountId: number): Promise<string[]> =>
  restrictions(trx).whereRaw('? <> all (people)', [accountId]).pluck('client_id')

/** One after the other: the next version of a record's list. */
export const nextVersion = async (trx: Trx, tenantId: string, clientId: string): Promise<number> => {
  await lockName(trx, `restriction ${tenantId} ${clientId}`)
  const row = await trx<VersionRow>('client_restriction_versions')
    .where({ client_id: clientId })
    .max('version as last')
    .first<{ last: number | null }>()
  return (row.last ?? 0) + 1
}

export const insertVersion = (trx: Trx, row: VersionRow) => trx<VersionRow>('client_restriction_versions').insert(row)

export const selectVersions = (trx: Trx, clientId: string): Promise<VersionRow[]> =>
  trx<VersionRow>('client_restriction_versions').where({ client_id: clientId }).orderBy('version', 'desc')

export const insertCase = (
  trx: Trx,
  row: Pick<CaseRow, 'tenant_id' | 'id' | 'client_id' | 'account_id' | 'opened_at' | 'ends_at' | 'reason_sealed'>,
) => cases(trx).insert(row)

/** The case by which an account sees a record at a moment. */
export const findUnderWay = (trx: Trx, clientId: string, accountId: number, now: Date): Promise<CaseRow | undefined> =>
  cases(trx).where({ client_id: clientId, account_id: accountId }).where('ends_at', '>', now).first()

export const selectUnderWay = (trx: Trx, accountId: number, now: Date): Promise<CaseRow[]> =>
  cases(trx).where({ account_id: accountId }).whereNotNull('client_id').where('ends_at', '>', now).orderBy('ends_at')

export const endCases = (trx: Trx, clientId: string, accountId: number, now: Date): Promise<string[]> =>
  cases(trx)
    .where({ client_id: clientId, account_id: accountId })
    .where('ends_at', '>', now)
    .update({ ends_at: now, ended_at: now })
    .returning('id')
    .then(rows => rows.map(({ id }) => id))

/** Those that nobody has judged, then the others, each the latest first. */
export const selectCases = (trx: Trx): Promise<CaseRow[]> =>
  cases(trx).orderByRaw('judgement is not null, opened_at desc, id').limit(mostShown)

export const findCase = (trx: Trx, id: string): Promise<CaseRow | undefined> => cases(trx).where({ id }).first()
export const lockCase = (trx: Trx, id: string): Promise<CaseRow | undefined> =>
  cases(trx).where({ id }).forUpdate().first()
export const updateCase = (trx: Trx, id: string, change: Partial<CaseRow>) => cases(trx).where({ id }).update(change)

/** What an account read and did under a case, in its order. */
export const selectEvents = async (
  trx: Trx,
  { account_id, id }: Pick<CaseRow, 'account_id' | 'id'>,
): Promise<CaseEvent[]> => {
  const { rows } = await trx.raw<{ rows: CaseEvent[] }>(
    `select at, action from audit_events
      where account_id = ? and jsonb_exists(detail, 'cases') and detail -> 'cases' @> to_jsonb(?::text) order by id limit ?`,
    [account_id, id, mostEvents],
  )
  return rows
}

export const countUnjudged = async (trx: Trx): Promise<number> => {
  const row = await cases(trx).whereNull('judgement').count({ count: '*' }).first<{ count: string }>()
  return Number(row.count)
}

/** Those that an officer may judge: not their own, unless nobody else could. */
export const countToJudge = async (trx: Trx, officerId: number): Promise<number> => {
  const row = await cases(trx)
    .whereNull('judgement')
    .whereRaw(
      `(account_id <> ? or not exists (select from accounts where accounts.tenant_id = break_glass_cases.tenant_id
                     and accounts.id <> ? and accounts.status = 'active' and 'security_officer' = any (accounts.roles)))`,
      [officerId, officerId],
    )
    .count({ count: '*' })
    .first<{ count: string }>()
  return Number(row.count)
}

/** Restricted records of which none of the named can sign in and read any more. */
export const countOrphaned = async (trx: Trx): Promise<number> => {
  const row = await restrictions(trx)
    .whereRaw(
      `not exists (select from accounts where accounts.tenant_id = client_restrictions.tenant_id and accounts.id = any (people)
                     and accounts.status = 'active' and accounts.roles && array['staff', 'security_officer'])`,
    )
    .count({ count: '*' })
    .first<{ count: string }>()
  return Number(row.count)
}

export const deleteMissedBefore = (trx: Trx, before: Date) =>
  cases(trx).whereNull('client_id').where('judged_at', '<', before).delete()
