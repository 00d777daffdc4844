import type { Role } from '../../platform/actor.ts'
import { ask, type Trx } from '../../platform/db/tenant.ts'
import type { NoticeKind } from './kinds.ts'

export type NoticeDetail = Record<string, string | number>
export type NoticeRow = {
  tenant_id: string
  id: string
  account_id: number
  kind: NoticeKind
  detail: NoticeDetail
  created_at: Date
  read_at: Date | null
}

export const activeAccountsWithRole = async (trx: Trx, role: Role): Promise<number[]> => {
  const rows: { id: number }[] = await trx('accounts')
    .where({ status: 'active' })
    .whereRaw('? = any (roles)', [role])
    .select('id')
  return rows.map(row => row.id)
}

/** Of these accounts, those who have not been told the same since `since`. */
export const notYetTold = async (
  trx: Trx,
  accountIds: readonly number[],
  kind: NoticeKind,
  detail: NoticeDetail,
  since: Date,
): Promise<number[]> => {
  const told: { account_id: number }[] = await trx<NoticeRow>('notices')
    .whereIn('account_id', accountIds)
    .where({ kind })
    .where('created_at', '>', since)
    .whereRaw('detail = ?::jsonb', [JSON.stringify(detail)])
    .select('account_id')
  const known = new Set(told.map(row => row.account_id))
  return accountIds.filter(id => !known.has(id))
}

export const insertNotices = (
  trx: Trx,
  rows: Pick<NoticeRow, 'tenant_id' | 'account_id' | 'kind' | 'detail' | 'created_at'>[],
) => trx('notices').insert(rows.map(row => ({ ...row, detail: JSON.stringify(row.detail) })))

export const selectNotices = (trx: Trx, accountId: number, most: number): Promise<NoticeRow[]> =>
  ask(trx, 'select * from notices where account_id = ? order by created_at desc limit ?', [accountId, most])

/** @param except kinds that are left out */
export const selectUnread = (
  trx: Trx,
  accountId: number,
  except: readonly NoticeKind[],
  most: number,
): Promise<NoticeRow[]> =>
  ask(
    trx,
    `select * from notices where account_id = ? and read_at is null and kind <> all (?::text[])
      order by created_at desc limit ?`,
    [accountId, except, most],
  )

export const markRead = (trx: Trx, accountId: number, at: Date, noticeId?: string): Promise<number> =>
  trx<NoticeRow>('notices')
    .where({ account_id: accountId, ...(noticeId ? { id: noticeId } : {}) })
    .modify(query => (noticeId ? undefined : void query.whereNull('read_at')))
    .update({ read_at: trx.raw('coalesce(read_at, ?)', [at]) })

/** What is unread of these kinds is dealt with. */
export const markKindsRead = (trx: Trx, accountId: number, kinds: readonly NoticeKind[], at: Date): Promise<number> =>
  trx<NoticeRow>('notices')
    .where({ account_id: accountId })
    .whereNull('read_at')
    .whereIn('kind', kinds)
    .update({ read_at: at })

/** What anybody has unread of these kinds is dealt with. */
export const markKindsReadByAll = (trx: Trx, kinds: readonly NoticeKind[], at: Date): Promise<number> =>
  trx<NoticeRow>('notices').whereNull('read_at').whereIn('kind', kinds).update({ read_at: at })

export const deleteNoticesBefore = (trx: Trx, before: Date) =>
  trx<NoticeRow>('notices').where('created_at', '<', before).delete()

/** The address mail to an account went to before, sealed, until it has been told. */
export type FormerAddressRow = {
  tenant_id: string
  id: string
  account_id: number
  mailbox_sealed: Buffer
  created_at: Date
}

export const insertFormerAddress = (trx: Trx, row: FormerAddressRow) =>
  trx<FormerAddressRow>('former_addresses').insert(row)

export const findFormerAddress = (trx: Trx, id: string): Promise<FormerAddressRow | undefined> =>
  trx<FormerAddressRow>('former_addresses').where({ id }).first()

export const deleteFormerAddress = (trx: Trx, id: string) =>
  trx<FormerAddressRow>('former_addresses').where({ id }).delete()

export const deleteFormerAddressesBefore = (trx: Trx, before: Date) =>
  trx<FormerAddressRow>('former_addresses').where('created_at', '<', before).delete()

type ChoiceRow = { tenant_id: string; account_id: number; kind: NoticeKind; by_mail: boolean }

export const selectChoices = (trx: Trx, accountIds: readonly number[], kind?: NoticeKind): Promise<ChoiceRow[]> =>
  trx<ChoiceRow>('notice_choices')
    .whereIn('account_id', accountIds)
    .where(kind ? { kind } : {})
    .select('*')

export const putChoices = (trx: Trx, rows: readonly ChoiceRow[]) =>
  trx<ChoiceRow>('notice_choices')
    .insert([...rows])
    .onConflict(['tenant_id', 'account_id', 'kind'])
    .merge(['by_mail'])
