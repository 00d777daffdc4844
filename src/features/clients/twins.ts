import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { fileNumberKey } from '../../platform/text/file-number.ts'
import { selectByFileNumbers } from './bulk/queries.ts'
import { compare, type Field } from './changes.ts'
import { createListed, type Listed } from './listed.ts'
import { createFindNamesakes } from './namesakes.ts'
import type { Needs } from './needs.ts'
import type { ClientLine, ClientProfile } from './profile.ts'
import { findClient } from './queries.ts'
import { recordShown } from './shown.ts'
import type { Sealing } from './sealing.ts'

/** More namesakes than this are not compared by anybody. */
const maxTwins = 5
const whoSomebodyIs: readonly Field[] = ['givenNames', 'familyName', 'birthDate']

/** What was typed of a client, and the ids of those whom the form has shown as possibly the same person. */
export type Typed = { profile: ClientProfile; alreadyShown: readonly string[] }
/** What stands in the way of saving somebody who looks like others: a number of theirs, or that they have not been shown yet. */
export type Twins = { twins: Listed<ClientLine>[]; question: 'file-number-taken' | 'look-alikes' | null }

const questionAbout = (
  twins: readonly ClientLine[],
  typed: ClientProfile,
  alreadyShown: readonly string[],
): Twins['question'] => {
  const number = fileNumberKey(typed.fileNumber)
  if (number && twins.some(twin => fileNumberKey(twin.profile.fileNumber) === number)) return 'file-number-taken'
  return twins.some(twin => !alreadyShown.includes(twin.id)) ? 'look-alikes' : null
}

/** Clients that look like one who is about to be made or changed. */
export const createTwins = (needs: Pick<Needs, 'db' | 'contactCounts' | 'groups'>, sealing: Sealing) => {
  const { db } = needs
  const withContactsAndGroups = createListed(needs)
  const findNamesakes = createFindNamesakes(sealing)

  /** Read in the eyes of the actor, so that restricted records are not among them (docs/adr/0019); audited as a list where they are shown. */
  const find = async (
    trx: Trx,
    actor: Actor,
    id: string,
    typed: Typed,
    present: ClientProfile | null,
  ): Promise<Twins> => {
    const { profile, alreadyShown } = typed
    const { tenantId } = actor
    const isRenamed = !present || compare(present, profile).some(({ field }) => whoSomebodyIs.includes(field))
    const isRenumbered =
      profile.fileNumber && fileNumberKey(profile.fileNumber) !== fileNumberKey(present?.fileNumber ?? '')

    const byPerson = isRenamed ? (await findNamesakes(trx, tenantId, [profile]))[0]! : []
    const byNumber = isRenumbered
      ? await selectByFileNumbers(trx, await sealing.tokens.file(tenantId, profile.fileNumber))
      : []
    const found = new Map([...byNumber, ...byPerson].map(twin => [twin.id, twin]))
    // A form that was sent twice meets the client that it made itself: that is no twin.
    found.delete(id)
    const twins = await Promise.all(
      [...found.values()].slice(0, maxTwins).map(async (twin): Promise<ClientLine> => ({
        id: twin.id,
        status: twin.status,
        profile: await sealing.open(tenantId, twin.id, twin.profile_sealed),
        createdAt: twin.created_at,
      })),
    )
    const question = questionAbout(twins, profile, alreadyShown)
    if (question) await recordShown(trx, actor, 'clients.listed', twins)
    return { twins: await withContactsAndGroups(trx, actor, twins), question }
  }

  return {
    /**
     * Other clients, archived ones too, with the same folded names and birth date (or none on either side), or with the same file
     * number, zeros in front aside.
     * @param id of the client to be made
     */
    twinsOfNew: (actor: Actor, id: string, typed: Typed): Promise<Twins> =>
      db.asTenant(actor, trx => find(trx, actor, id, typed, null)),

    /**
     * As twinsOfNew, of a client who is about to become what was typed; only what changes is compared, so that nobody is asked again
     * about a namesake at each change.
     * @param typed an empty file number keeps the present one
     * @throws NotFound
     */
    twinsOfChanged: (actor: Actor, id: string, typed: Typed): Promise<Twins> =>
      db.asTenant(actor, async trx => {
        const row = await findClient(trx, id)
        if (!row) throw new NotFound()
        return find(trx, actor, id, typed, await sealing.open(actor.tenantId, id, row.profile_sealed))
      }),
  }
}
