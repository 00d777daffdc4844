import type { Trx } from '../../platform/db/tenant.ts'
import type { CountryCode } from '../../platform/text/phone.ts'
import type { TenantSettings } from './schema.ts'

type Row = {
  auto_logout_minutes: number
  second_sign_in: TenantSettings['secondSignIn']
  remember_me: boolean
  password_minimum: number
  passphrases: boolean
  time_zone: string
  country: CountryCode
  confirm_months: number
  sheet_days: number
  audit_years: number
  break_glass_minutes: number
}

export const selectSettings = async (trx: Trx, tenantId: string): Promise<TenantSettings> => {
  const row = (await trx('tenants')
    .where({ id: tenantId })
    .first(
      'auto_logout_minutes',
      'second_sign_in',
      'remember_me',
      'password_minimum',
      'passphrases',
      'time_zone',
      'country',
      'confirm_months',
      'sheet_days',
      'audit_years',
      'break_glass_minutes',
    )) as Row
  return {
    autoLogoutMinutes: row.auto_logout_minutes,
    secondSignIn: row.second_sign_in,
    rememberMe: row.remember_me,
    passwordMinimum: row.password_minimum,
    passphrases: row.passphrases,
    timeZone: row.time_zone,
    country: row.country,
    confirmMonths: row.confirm_months,
    sheetDays: row.sheet_days,
    auditYears: row.audit_years,
    breakGlassMinutes: row.break_glass_minutes,
  }
}

export const selectCountry = async (trx: Trx, tenantId: string): Promise<CountryCode> => {
  const row = (await trx('tenants').where({ id: tenantId }).first('country')) as Pick<Row, 'country'>
  return row.country
}

export const updateSettings = (trx: Trx, tenantId: string, settings: TenantSettings) =>
  trx('tenants').where({ id: tenantId }).update({
    auto_logout_minutes: settings.autoLogoutMinutes,
    second_sign_in: settings.secondSignIn,
    remember_me: settings.rememberMe,
    password_minimum: settings.passwordMinimum,
    passphrases: settings.passphrases,
    time_zone: settings.timeZone,
    country: settings.country,
    confirm_months: settings.confirmMonths,
    sheet_days: settings.sheetDays,
    audit_years: settings.auditYears,
    break_glass_minutes: settings.breakGlassMinutes,
  })

export const selectAccountIds = (trx: Trx): Promise<number[]> => trx('accounts').pluck('id')
