import type { Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Db } from '../../../platform/db/tenant.ts'
import { putWatching, selectWatching } from './queries.ts'
import type { Watching } from './schema.ts'

/** What the organisation's officers want to be told of. */
export const createWatching = ({ db }: { db: Db }) => ({
  of: (actor: Actor): Promise<Watching> => db.asTenant(actor, selectWatching),

  change: (actor: Actor, wished: Watching): Promise<void> =>
    db.asTenant(actor, async trx => {
      const present = await selectWatching(trx)
      const names = Object.keys(wished) as (keyof Watching)[]
      const changed = names.filter(name => present[name] !== wished[name])
      if (changed.length === 0) return
      await putWatching(trx, actor.tenantId, wished)
      const said = changed.map(name => [name, `${String(present[name])} -> ${String(wished[name])}`])
      await record(trx, actor, 'log.watching-changed', undefined, Object.fromEntries(said) as Record<string, string>)
    }),
})
