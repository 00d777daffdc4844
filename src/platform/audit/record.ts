import { installationId, type Actor } from '../actor.ts'
import { noteRecorded, sendAlong, type Trx } from '../db/tenant.ts'

/**
 * What an event may say besides who and what: counts and ids, nothing that tells who somebody is. An event about many holds
 * their ids as a list; a page of a list is one event, so that looking through lists stays quick.
 */
export type Detail = Record<string, string | number | boolean | null | readonly string[]>

/**
 * What an event says, and where it tells of a record that its account has broken the glass for (docs/adr/0019), the case: so every
 * reading and change of that time leads to its reason. Looked up by an index that is empty most of the time.
 */
const detailWithCases = `?::jsonb || coalesce(
  (select jsonb_build_object('cases', jsonb_agg(case_id)) from broken_glass
    where strpos(concat_ws(' ', ?::text, ?::text), client_id::text) > 0 having count(*) > 0), '{}')`

/**
 * Writes one audit event in the transaction of what it tells of, so that neither can be there without the other.
 * @param action a domain word and a past verb: `client.amended`
 * @param subjectId the id of what was acted on
 */
export const record = async (
  trx: Trx,
  actor: Actor,
  action: string,
  subjectId?: string | number,
  detail: Detail = {},
) => {
  const subject = subjectId === undefined ? null : String(subjectId)
  const said = JSON.stringify(detail)
  noteRecorded(trx)
  await sendAlong(
    trx,
    `insert into audit_events (tenant_id, action, account_id, sign_in_id, subject_id, detail)
     values (?, ?, ?, ?, ?, ${detailWithCases})`,
    [actor.tenantId, action, actor.accountId, actor.signInId ?? null, subject, said, subject, said],
  )
}

/** The same for many subjects in one statement: every one of them stays traceable by itself. */
export const recordMany = async (
  trx: Trx,
  actor: Actor,
  action: string,
  subjectIds: readonly string[],
  detail: Detail = {},
) => {
  noteRecorded(trx)
  await trx.raw(
    `insert into audit_events (tenant_id, action, account_id, sign_in_id, subject_id, detail)
     select ?::uuid, ?, ?::int, ?::uuid, subject_id, ?::jsonb || coalesce(
              (select jsonb_build_object('cases', jsonb_agg(case_id)) from broken_glass
                where client_id::text = subject_id having count(*) > 0), '{}')
       from unnest(?::text[]) as subject_id`,
    [actor.tenantId, action, actor.accountId, actor.signInId ?? null, JSON.stringify(detail), subjectIds as string[]],
  )
}

/**
 * Writes an event of what an operator did in an organisation into the installation's log, in the transaction that did it there.
 * @param tenantId the organisation of this transaction, to which it returns
 */
export const recordInInstallation = async (
  trx: Trx,
  tenantId: string,
  operator: Actor,
  action: string,
  subjectId: string,
  detail: Detail = {},
) => {
  await enter(trx, installationId)
  await record(trx, { ...operator, tenantId: installationId }, action, subjectId, detail)
  await enter(trx, tenantId)
}

const enter = (trx: Trx, tenantId: string) => sendAlong(trx, `select set_config('app.tenant_id', ?, true)`, [tenantId])
