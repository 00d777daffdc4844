import type { Actor } from '../../platform/actor.ts'
import { record as audit } from '../../platform/audit/record.ts'
import { Conflict } from '../../platform/errors.ts'
import { arrived } from './arrived.ts'
import type { Needs } from './needs.ts'
import { lockImport } from './queries.ts'
import { decideAllRows, decideRows } from './rows/decision-queries.ts'
import { decisions, type Decision } from './states.ts'

/** What was decided of undecided rows, by their ids, or of all that nobody has decided yet. */
export type Decisions = { rows: Record<string, Decision>; all?: Exclude<Decision, 'replace'> | undefined }

/** Takes down what somebody decided; nothing of it happens before the import starts. */
export const createDecide =
  ({ db }: Pick<Needs, 'db'>) =>
  /** @throws NotFound, Conflict */
  (actor: Actor, importId: string, made: Decisions): Promise<void> =>
    db.asTenant(actor, async trx => {
      const found = arrived(await lockImport(trx, importId))
      if (found.state !== 'previewed') throw new Conflict('imports:conflict.not-previewed')
      const counts: Partial<Record<Decision, number>> = {}
      if (made.all) counts[made.all] = await decideAllRows(trx, importId, made.all)
      else
        for (const decision of decisions) {
          const ids = Object.keys(made.rows).filter(id => made.rows[id] === decision)
          if (ids.length > 0) counts[decision] = await decideRows(trx, importId, ids, decision)
        }
      await audit(trx, actor, 'import.rows-decided', importId, counts)
    })
