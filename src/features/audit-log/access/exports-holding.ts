import type { Trx } from '../../../platform/db/tenant.ts'
import { selectExports, selectMoves, type ExportFacts } from '../queries.ts'

/** Ids of the exports that held a client. */
export type ExportsHolding = (trx: Trx, clientId: string) => Promise<string[]>

/**
 * An export keeps no list of whom it held: it held every client that was active when it was made, or those of its groups. When
 * a client was what is told by the log itself.
 */
export const exportsHolding: ExportsHolding = async (trx, clientId) => {
  const moves = await selectMoves(trx, clientId)
  const [first] = moves
  if (!first) return []
  const made = await selectExports(trx, first.at)
  return made.filter(each => held(moves, each)).map(({ id }) => id)
}

type Moves = Awaited<ReturnType<typeof selectMoves>>

const held = (moves: Moves, { created_at, group_ids }: ExportFacts): boolean => {
  let active = true
  const groups = new Set<string>()
  for (const { at, action, detail } of moves) {
    if (at > created_at) break
    if (action === 'client.archived') active = false
    if (action === 'client.restored') active = true
    for (const id of listed(detail.joined)) groups.add(id)
    for (const id of listed(detail.left)) groups.delete(id)
  }
  return active && (group_ids.length === 0 || group_ids.some(id => groups.has(id)))
}

const listed = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as string[]) : [])
