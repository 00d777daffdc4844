import type { Language, Translate } from '../../../platform/i18n/translations.ts'
import { csvLines, csvMark } from '../../../platform/text/csv.ts'
import { localStamp } from '../../../platform/time/wall-clock.ts'
import type { LogEvent } from '../event.ts'
import { sayingEvents } from '../saying.ts'
import type { LogExport } from './needs.ts'

type Speech = { t: Translate; language: Language }

/** The log as a table for a spreadsheet, page by page, in the reader's language: what a page of the log says, and the exact moment. */
export async function* csvOf({ t, language }: Speech, { timeZone, pages }: LogExport): AsyncGenerator<string> {
  const say = sayingEvents({ t, language, timeZone })
  yield csvMark + csvLines([headings(t, timeZone)], language)
  for await (const events of pages)
    yield csvLines(
      events.map(event => cells(event, say(event), timeZone)),
      language,
    )
}

const headings = (t: Translate, timeZone: string) => [
  t('audit-log:export.column.number'),
  t('audit-log:export.column.when', { timeZone }),
  t('audit-log:export.column.moment'),
  t('audit-log:column.who'),
  t('audit-log:column.what'),
  t('audit-log:export.column.action'),
  t('audit-log:export.column.more'),
  t('audit-log:column.whom'),
  t('audit-log:column.where'),
]

/** What is one below the other on the page is so in a cell too. */
const cells = (event: LogEvent, said: ReturnType<ReturnType<typeof sayingEvents>>, timeZone: string) => [
  event.id,
  localStamp(event.at, timeZone),
  event.at.toISOString(),
  said.who,
  said.what,
  event.action,
  said.facts.join('\n'),
  [said.about, ...said.clients.map(({ name }) => name), said.more, said.unnamed].filter(Boolean).join('\n'),
  said.place ?? '',
]
