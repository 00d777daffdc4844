import { z } from 'zod'
import { isPhoneCountry, type CountryCode } from '../../platform/text/phone.ts'

const range = (least: number, most: number, message: string) =>
  z.coerce.number({ error: message }).int(message).min(least, message).max(most, message)

const isTimeZone = (name: string) => timeZones.includes(name)
export const timeZones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')]

const ticked = z
  .literal('on')
  .optional()
  .transform(value => value === 'on')

export const settingsForm = z.object({
  autoLogoutMinutes: range(1, 480, 'settings:problem.minutes'),
  secondSignIn: z.enum(['block', 'take-over'], { error: 'problems:choose' }),
  rememberMe: ticked,
  passwordMinimum: range(8, 64, 'settings:problem.password'),
  country: z.custom<CountryCode>(code => isPhoneCountry(String(code)), 'problems:choose').optional(),
  passphrases: ticked,
  timeZone: z.string({ error: 'problems:choose' }).refine(isTimeZone, 'problems:choose').optional(),
  confirmMonths: range(1, 24, 'settings:problem.months').optional(),
  sheetDays: range(1, 366, 'settings:problem.days').optional(),
  auditYears: range(1, 50, 'settings:problem.years').optional(),
  breakGlassMinutes: range(5, 720, 'settings:problem.glass').optional(),
})
/** What a form says; what it does not ask for stays as it is. */
export type SettingsWish = z.output<typeof settingsForm>
export type TenantSettings = { [Name in keyof SettingsWish]-?: NonNullable<SettingsWish[Name]> }
