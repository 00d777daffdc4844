import type { Trx } from '../../platform/db/tenant.ts'
import type { Language } from '../../platform/i18n/translations.ts'

export type SignInRow = {
  tenant_id: string
  id: string
  account_id: number
  at: Date
  outcome: SignInOutcome
  seen_sealed: Buffer
}
/** `entered`: somebody got in. Others are kept for whoever asks later from where they were tried. */
export type SignInOutcome = 'entered' | 'refused' | 'blocked'
type DeviceRow = { tenant_id: string; account_id: number; device: string; last_used_at: Date }

export const insertSignIn = (trx: Trx, row: SignInRow) => trx<SignInRow>('sign_ins').insert(row)

export const selectSignIns = (trx: Trx, accountId: number, most: number): Promise<SignInRow[]> =>
  trx<SignInRow>('sign_ins').where({ account_id: accountId, outcome: 'entered' }).orderBy('at', 'desc').limit(most)

export const deleteSignInsBefore = (trx: Trx, before: Date): Promise<number> =>
  trx<SignInRow>('sign_ins').where('at', '<', before).delete()

export const selectDevices = async (trx: Trx, accountId: number, since: Date): Promise<string[]> => {
  const rows = await trx<DeviceRow>('known_devices')
    .where({ account_id: accountId })
    .where('last_used_at', '>', since)
    .select('device')
  return rows.map(row => row.device)
}

export const putDevice = (trx: Trx, row: DeviceRow) =>
  trx<DeviceRow>('known_devices').insert(row).onConflict(['tenant_id', 'account_id', 'device']).merge(['last_used_at'])

export const deleteDevicesBefore = (trx: Trx, before: Date): Promise<number> =>
  trx<DeviceRow>('known_devices').where('last_used_at', '<', before).delete()

export const updateLanguage = (trx: Trx, accountId: number, language: Language) =>
  trx('accounts').where({ id: accountId }).update({ language })
