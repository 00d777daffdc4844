import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { fileNumberKey } from '../../platform/text/file-number.ts'
import { selectByFileNumbers, selectByPersons } from './bulk/queries.ts'
import { compare, type Field } from './changes.ts'
import { createListed, type Listed } from './listed.ts'
import type { Needs } from './needs.ts'
import type { ClientLine, ClientProfile } from './profile.ts'
import { findClient } from './queries.ts'
import { recordShown } from './shown.ts'
import type { Sealing } from './sealing.ts'

/** More namesakes than this are not compared by anybody. */
const maxTwins = 5
const whoSomebodyIs: readonly Field[] = ['givenNames', 'familyName', 'birthDate']

/** Clients that look like one who is about to be made or changed. */
export const createTwins = (needs: Pick<Needs, 'db' | 'contactCounts' | 'groups'>, sealing: Sealing) => {
  const { db } = needs
  const withContactsAndGroups = createListed(needs)

  /** Read in the eyes of the actor, so that restricted records are not among them (docs/adr/0019); audited as a list. */
  const find = async (trx: Trx, actor: Actor, id: string, profile: ClientProfile, present: ClientProfile | null) => {
    const { tenantId } = actor
    const isRenamed = !present || compare(present, profile).some(({ field }) => whoSomebodyIs.includes(field))
    const isRenumbered =
      profile.fileNumber && fileNumberKey(profile.fileNumber) !== fileNumberKey(present?.fileNumber ?? '')

    const byPerson = isRenamed ? await selectByPersons(trx, await sealing.tokens.person(tenantId, profile)) : []
    const byNumber = isRenumbered
      ? await selectByFileNumbers(trx, await sealing.tokens.file(tenantId, profile.fileNumber))
      : []
    const found = new Map([...byNumber, ...byPerson].map(twin => [twin.id, twin]))
    // A form that was sent twice meets the client that it made itself: that is no twin.
    found.delete(id)
    const twins = [...found.values()].slice(0, maxTwins)
    if (twins.length > 0) await recordShown(trx, actor, 'clients.listed', twins)
    const lines = await Promise.all(
      twins.map(async (twin): Promise<ClientLine> => ({
        id: twin.id,
        status: twin.status,
        profile: await sealing.open(tenantId, twin.id, twin.profile_sealed),
        createdAt: twin.created_at,
      })),
    )
    return withContactsAndGroups(trx, actor, lines)
  }

  return {
    /**
     * Other clients, archived ones too, with the same folded names and birth date (or none on either side), or with the same file
     * number, zeros in front aside.
     * @param id of the client to be made
     * @param profile as typed
     */
    twinsOfNew: (actor: Actor, id: string, profile: ClientProfile): Promise<Listed<ClientLine>[]> =>
      db.asTenant(actor, trx => find(trx, actor, id, profile, null)),

    /**
     * As twinsOfNew, of a client who is about to become `profile`; only what changes is compared, so that nobody is asked again
     * about a namesake at each change.
     * @param profile as typed; an empty file number keeps the present one
     * @throws NotFound
     */
    twinsOfChanged: (actor: Actor, id: string, profile: ClientProfile): Promise<Listed<ClientLine>[]> =>
      db.asTenant(actor, async trx => {
        const row = await findClient(trx, id)
        if (!row) throw new NotFound()
        return find(trx, actor, id, profile, await sealing.open(actor.tenantId, id, row.profile_sealed))
      }),
  }
}
