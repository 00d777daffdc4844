import { z } from 'zod'
import { ticked } from '../../platform/web/forms.ts'
import { NotFound } from '../../platform/errors.ts'
import { languages } from '../../platform/i18n/translations.ts'
import { momentOf } from '../../platform/time/wall-clock.ts'
import { uuidField } from '../../platform/web/ids.ts'

const required = 'problems:required'
const text = z.string({ error: required }).trim().min(1, required).max(500, 'problems:too-long')

const isMoment = (typed: string) =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(typed) && !Number.isNaN(Date.parse(`${typed}Z`))

/** What a datetime-local field sends. */
const moment = (timeZone: string) =>
  z
    .string({ error: required })
    .refine(isMoment, { error: 'announcements:problem.moment', abort: true })
    .transform(typed => momentOf(typed, timeZone))

const longestDays = 366

/** @param timeZone in which its moments are meant */
export const announcementForm = (timeZone: string) =>
  z
    .object({
      kind: z.enum(['info', 'warning', 'danger'], { error: 'problems:choose' }),
      textPl: text,
      textEn: text,
      startsAt: moment(timeZone),
      endsAt: moment(timeZone),
      dismissible: ticked,
    })
    .refine(({ startsAt, endsAt }) => endsAt > startsAt, { path: ['endsAt'], error: 'announcements:problem.order' })
    .refine(({ startsAt, endsAt }) => endsAt.getTime() - startsAt.getTime() < longestDays * 86_400_000, {
      path: ['endsAt'],
      error: 'announcements:problem.long',
    })
export type AnnouncementForm = z.output<ReturnType<typeof announcementForm>>

/** @throws NotFound for what can be no announcement's id */
export const readAnnouncementId = (sent: unknown): string => {
  const read = uuidField().safeParse(sent)
  if (!read.success) throw new NotFound()
  return read.data
}

export const textIn = (language: (typeof languages)[number], row: { text_pl: string; text_en: string }): string =>
  language === 'pl' ? row.text_pl : row.text_en
