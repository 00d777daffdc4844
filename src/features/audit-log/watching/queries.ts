import type { Trx } from '../../../platform/db/tenant.ts'
import type { Watching } from './schema.ts'

type Row = {
  tenant_id: string
  read_in_hour: number
  night_from: number
  night_to: number
  weekends: boolean
  refused_in_day: number
  name_staff: boolean
  looked_until: Date | null
}

const usual: Watching = {
  readInHour: 60,
  nightFrom: 22,
  nightTo: 6,
  weekends: true,
  refusedInDay: 3,
  nameStaff: false,
}

export const selectWatching = async (trx: Trx): Promise<Watching> => {
  const row = await trx<Row>('log_watching').first()
  if (!row) return usual
  return {
    readInHour: row.read_in_hour,
    nightFrom: row.night_from,
    nightTo: row.night_to,
    weekends: row.weekends,
    refusedInDay: row.refused_in_day,
    nameStaff: row.name_staff,
  }
}

export const putWatching = (trx: Trx, tenantId: string, watching: Watching) =>
  trx('log_watching')
    .insert({
      tenant_id: tenantId,
      read_in_hour: watching.readInHour,
      night_from: watching.nightFrom,
      night_to: watching.nightTo,
      weekends: watching.weekends,
      refused_in_day: watching.refusedInDay,
      name_staff: watching.nameStaff,
    })
    .onConflict('tenant_id')
    .merge()

/** Until when the log has been looked through; whoever asks has the row to themselves until the transaction ends. */
export const lockLookedUntil = async (trx: Trx, tenantId: string): Promise<Date | null> => {
  await trx('log_watching').insert({ tenant_id: tenantId }).onConflict('tenant_id').ignore()
  const row = await trx<Row>('log_watching').forUpdate().first('looked_until')
  return row?.looked_until ?? null
}

export const putLookedUntil = (trx: Trx, until: Date) => trx<Row>('log_watching').update({ looked_until: until })
