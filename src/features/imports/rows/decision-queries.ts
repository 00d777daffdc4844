import type { Trx } from '../../../platform/db/tenant.ts'
import { rows } from '../queries.ts'
import type { Decision } from '../states.ts'

const undecided = (trx: Trx, importId: string) => rows(trx).where({ import_id: importId, outcome: 'undecided' })

/** Writes down what was decided of undecided rows; a row can only replace a client whom it is about. @returns how many */
export const decideRows = async (
  trx: Trx,
  importId: string,
  ids: readonly string[],
  decision: Decision,
): Promise<number> => {
  const chosen = undecided(trx, importId).whereRaw('id = any(?::uuid[])', [ids as string[]])
  if (decision === 'replace') void chosen.whereRaw(`refusals -> 0 ->> 'clientId' is not null`)
  return chosen.update({ decision })
}

/** Decides all rows alike of which nobody has decided yet. @returns how many */
export const decideAllRows = (trx: Trx, importId: string, decision: Exclude<Decision, 'replace'>): Promise<number> =>
  undecided(trx, importId).whereNull('decision').update({ decision })

export type Decided = Record<Decision | 'open', number>

/** How many undecided rows there are, by what was decided of them; `open`: nothing yet. */
export const countDecisions = async (trx: Trx, importId: string): Promise<Decided> => {
  const counted = await undecided(trx, importId)
    .groupBy('decision')
    .select<{ decision: Decision | null; count: string }[]>('decision', trx.raw('count(*)'))
  const found: Decided = { open: 0, keep: 0, replace: 0, new: 0 }
  for (const { decision, count } of counted) found[decision ?? 'open'] = Number(count)
  return found
}

/** Gives undecided rows the outcome that was decided; of which nobody has decided, those are refused. */
export const settleDecisions = async (trx: Trx, importId: string) => {
  await undecided(trx, importId).update({
    outcome: trx.raw(
      `case decision when 'keep' then 'unchanged' when 'replace' then 'changed' when 'new' then 'new' else 'refused' end`,
    ) as never,
  })
}
