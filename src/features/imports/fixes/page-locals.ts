import type { Problems } from '../../../platform/web/forms.ts'
import type { Imports } from '../imports.ts'
import type { Locals } from '../presentation.ts'
import type { Checked } from './check-again.ts'
import type { PostedRow } from './editable.ts'
import { presentFixes } from './present.ts'
import type { FixFilter } from './read-fixable.ts'

/** What became of a form of fixes that is shown again. */
export type Sent = { problems?: Problems; checked?: Checked; typed?: Record<string, PostedRow> }
type Fixable = Awaited<ReturnType<Imports['fixable']>>

/** What the table of rows to fix needs, and the summary above it where its form was sent. */
export const fixesLocals = (page: Fixable, sent: Sent, show: FixFilter['show'], locals: Locals) => {
  const { after, previous, next } = page
  const fixes = { ...presentFixes(page, sent.typed ?? {}, locals), show, after, previous, next }
  const wrong = new Set([...(sent.checked?.wrong ?? []), ...(sent.checked?.conflicts ?? [])])
  const inForm = Object.entries(fixes.problems).filter(([path]) => wrong.has(path.split('.')[1] ?? ''))
  return {
    fixes,
    checked: sent.checked ?? null,
    problems: { ...sent.problems, ...Object.fromEntries(inForm) },
    summaryLabels: fixes.labels,
  }
}
