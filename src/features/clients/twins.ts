import type { Actor } from '../../platform/actor.ts'
import { selectByFileNumbers, selectByPersons } from './bulk/queries.ts'
import type { Needs } from './needs.ts'
import type { ClientLine, ClientProfile } from './profile.ts'
import { recordShown } from './shown.ts'
import type { Sealing } from './sealing.ts'

/** More namesakes than this are not compared by anybody. */
const maxTwins = 5

/** Clients that look like one who is about to be made. */
export const createTwins = ({ db }: Pick<Needs, 'db'>, sealing: Sealing) => ({
  /**
   * Clients, archived ones too, with the same folded names and birth date (or none on either side), or with the same file
   * number, zeros in front aside. They are shown, so this is audited as a list.
   */
  twinsOf: (actor: Actor, profile: ClientProfile): Promise<ClientLine[]> =>
    db.asTenant(actor, async trx => {
      const { tenantId } = actor
      const byPerson = await selectByPersons(trx, await sealing.tokens.person(tenantId, profile))
      const byNumber = profile.fileNumber
        ? await selectByFileNumbers(trx, await sealing.tokens.file(tenantId, profile.fileNumber))
        : []
      const rows = [...new Map([...byNumber, ...byPerson].map(row => [row.id, row])).values()].slice(0, maxTwins)
      if (rows.length > 0) await recordShown(trx, actor, 'clients.listed', rows)
      return Promise.all(
        rows.map(async ({ id, status, profile_sealed, created_at }) => ({
          id,
          status,
          profile: await sealing.open(tenantId, id, profile_sealed),
          createdAt: created_at,
        })),
      )
    }),
})
