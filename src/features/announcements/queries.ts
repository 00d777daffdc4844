import type { Knex } from 'knex'
import type { Trx } from '../../platform/db/tenant.ts'

export type AnnouncementRow = {
  tenant_id: string
  id: string
  kind: 'info' | 'warning' | 'danger'
  text_pl: string
  text_en: string
  dismissible: boolean
  starts_at: Date
  ends_at: Date
  created_by: number | null
  created_at: Date
}
export type ShownRow = Pick<
  AnnouncementRow,
  'id' | 'kind' | 'text_pl' | 'text_en' | 'dismissible' | 'starts_at' | 'ends_at'
>

/** Older ones stay in the audit log only. */
const mostListed = 100

/** Read as `ostoja_signin`: what is shown from now on, until `until`. */
export const selectComing = (trx: Knex.Transaction, now: Date, until: Date): Promise<ShownRow[]> =>
  trx<AnnouncementRow>('announcements')
    .where('ends_at', '>', now)
    .where('starts_at', '<=', until)
    .orderBy([{ column: 'starts_at', order: 'desc' }, 'id'])
    .select('id', 'kind', 'text_pl', 'text_en', 'dismissible', 'starts_at', 'ends_at')

export const selectAnnouncements = (trx: Trx): Promise<AnnouncementRow[]> =>
  trx<AnnouncementRow>('announcements')
    .orderBy([{ column: 'ends_at', order: 'desc' }, 'id'])
    .limit(mostListed)

export const insertAnnouncement = (trx: Trx, row: AnnouncementRow) => trx<AnnouncementRow>('announcements').insert(row)

export const deleteAnnouncement = (trx: Trx, id: string): Promise<number> =>
  trx<AnnouncementRow>('announcements').where({ id }).delete()

export const deleteEndedBefore = (trx: Trx, before: Date) =>
  trx<AnnouncementRow>('announcements').where('ends_at', '<', before).delete()
