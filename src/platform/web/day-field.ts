import { z } from 'zod'
import { readDay } from '../text/typed-day.ts'
import { visible } from '../text/visible.ts'
import { isWholeDay } from '../text/written-day.ts'

type DayRules = {
  /** Whether the whole day must be known; otherwise a month or a year will do. */
  whole: boolean
  /** 'YYYY-MM-DD', the first and the last day that can be meant. */
  earliest?: string
  latest?: string
  /** Keys of the messages for a date that cannot be read, and for one before `earliest`. */
  problem?: string
  tooEarly?: string
}

/**
 * A date as people type it into a form (layout/day), in any of the ways that readDay reads; null where the field is empty.
 * Problems are told by keys of the catalogue.
 */
export const dayField = ({ whole, earliest = '', latest, problem = 'problems:date', tooEarly = problem }: DayRules) =>
  z
    .string({ error: problem })
    .default('')
    .transform((sent, context) => {
      const typed = visible(sent).trim()
      if (!typed) return null
      const read = readDay(typed)
      const wrong =
        !read || (whole && !isWholeDay(read))
          ? problem
          : latest && read > latest
            ? 'problems:date-in-future'
            : read < earliest.slice(0, read.length)
              ? tooEarly
              : null
      if (wrong) context.addIssue({ code: 'custom', message: wrong })
      return read
    })
