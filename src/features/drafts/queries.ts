import { ask, type Trx } from '../../platform/db/tenant.ts'

type Owner = { tenantId: string; accountId: number }
export type DraftRow = {
  tenant_id: string
  id: string
  page_id: string
  account_id: number
  page: string
  action: string
  fields_sealed: Buffer
  updated_at: Date
}
export type Offer = { id: string; page: string; action: string; updated_at: Date }

/** What was typed on a page of a record that is hidden from its account by now waits until it can be seen again. */
const seen = `not exists (select from hidden_clients where strpos(page, '/clients/' || client_id) > 0)`

export const upsertDraft = (trx: Trx, row: DraftRow) =>
  trx('drafts')
    .insert({ ...row, created_at: row.updated_at })
    .onConflict(['tenant_id', 'id'])
    .merge(['fields_sealed', 'updated_at', 'page'])
    .where('drafts.account_id', row.account_id)

export const deleteDraft = (trx: Trx, accountId: number, id: string): Promise<number> =>
  trx('drafts').where({ id, account_id: accountId }).delete()

export const selectDraft = (trx: Trx, accountId: number, id: string, notBefore: Date): Promise<DraftRow | undefined> =>
  trx<DraftRow>('drafts')
    .where({ id, account_id: accountId })
    .where('updated_at', '>', notBefore)
    .whereRaw(seen)
    .first()

export const selectOffers = (trx: Trx, accountId: number, notBefore: Date, page?: string): Promise<Offer[]> =>
  ask(
    trx,
    `select id, page, action, updated_at from drafts
      where account_id = ? and updated_at > ? and ${seen} ${page === undefined ? '' : 'and page = ?'} order by updated_at desc`,
    [accountId, notBefore, ...(page === undefined ? [] : [page])],
  )

export const selectListed = (
  trx: Trx,
  accountId: number,
  notBefore: Date,
): Promise<Pick<DraftRow, 'id' | 'action' | 'updated_at' | 'fields_sealed'>[]> =>
  trx<DraftRow>('drafts')
    .where({ account_id: accountId })
    .where('updated_at', '>', notBefore)
    .whereRaw(seen)
    .orderBy('updated_at', 'desc')
    .select('id', 'action', 'updated_at', 'fields_sealed')

export const selectLastPage = async (trx: Trx, accountId: number, notBefore: Date): Promise<string | null> => {
  const row = (await trx('drafts')
    .where({ account_id: accountId, set_aside_at: null })
    .where('updated_at', '>', notBefore)
    .whereRaw(seen)
    .orderBy('updated_at', 'desc')
    .first('page')) as { page: string } | undefined
  return row?.page ?? null
}

export const setAside = (trx: Trx, { accountId }: Owner, at: Date) =>
  trx('drafts').where({ account_id: accountId, set_aside_at: null }).update({ set_aside_at: at })

/** Those of every account whose time is over. */
export const deleteEnded = (trx: Trx, notBefore: Date): Promise<number> =>
  trx('drafts').where('updated_at', '<=', notBefore).delete()

export const deleteOld = async (trx: Trx, accountId: number, notBefore: Date, most: number) => {
  await deleteEnded(trx, notBefore)
  const beyond = trx('drafts').where({ account_id: accountId }).orderBy('updated_at', 'desc').offset(most).select('id')
  await trx('drafts').whereIn('id', beyond).delete()
}

export const selectAllDrafts = (trx: Trx): Promise<Pick<DraftRow, 'id' | 'fields_sealed'>[]> =>
  trx<DraftRow>('drafts').select('id', 'fields_sealed')

export const deleteDrafts = async (trx: Trx, ids: readonly string[]): Promise<number> =>
  ids.length === 0 ? 0 : trx('drafts').whereIn('id', ids).delete()

/** Those typed on a page, or into a form, whose address holds `recordId`. */
export const deleteDraftsOf = (trx: Trx, recordId: string): Promise<number> =>
  trx('drafts').whereRaw('strpos(page, ?) > 0 or strpos(action, ?) > 0', [recordId, recordId]).delete()
