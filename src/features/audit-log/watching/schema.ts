import { z } from 'zod'
import { ticked } from '../../../platform/web/forms.ts'

const range = (least: number, most: number, message: string) =>
  z.coerce.number({ error: message }).int(message).min(least, message).max(most, message)
export const watchingForm = z.object({
  readInHour: range(5, 1000, 'audit-log:problem.readInHour'),
  nightFrom: range(0, 23, 'audit-log:problem.hour'),
  nightTo: range(0, 23, 'audit-log:problem.hour'),
  weekends: ticked,
  refusedInDay: range(1, 100, 'audit-log:problem.refused'),
  nameStaff: ticked,
})

/**
 * What an organisation finds unusual: more than `readInHour` records opened in an hour; anything read from `nightFrom` to `nightTo`
 * o'clock (equal: there is no night) and on weekends; `refusedInDay` refused sign-ins of one account. And whether
 * clients are told the names of staff.
 */
export type Watching = z.output<typeof watchingForm>
