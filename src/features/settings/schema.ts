import { z } from 'zod'

const range = (least: number, most: number, message: string) =>
  z.coerce.number({ error: message }).int(message).min(least, message).max(most, message)

export const settingsForm = z.object({
  autoLogoutMinutes: range(1, 480, 'settings:problem.minutes'),
  secondSignIn: z.enum(['block', 'take-over'], { error: 'problems:choose' }),
  rememberMe: z
    .literal('on')
    .optional()
    .transform(ticked => ticked === 'on'),
  passwordMinimum: range(8, 64, 'settings:problem.password'),
})
export type TenantSettings = z.output<typeof settingsForm>
