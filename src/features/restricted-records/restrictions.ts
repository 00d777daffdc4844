import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { NamedRecord, Needs, Person, Told } from './needs.ts'
import { isOfficer, mayChange, mayLift, mayRead } from './policy.ts'
import {
  deleteRestriction,
  findRestriction,
  insertVersion,
  lockRestriction,
  nextVersion,
  selectRestricted,
  selectRestrictions,
  selectVersions,
  upsertRestriction,
  type RestrictionRow,
  type VersionRow,
} from './queries.ts'
import type { RestrictionForm } from './schema.ts'
import type { Seals } from './sealing.ts'

export type RestrictionPage = {
  record: NamedRecord
  restriction: RestrictionRow | null
  /** Who may be named, and whoever is named and can't sign in any more. */
  choices: (Person & { active: boolean })[]
  versions: { action: VersionRow['action']; at: Date; by: string | null; people: string[]; note: string }[]
  mayLift: boolean
  /** The actor, who can't leave the list, where they are no officer. */
  bound: number | null
}
export type ListedRestriction = NamedRecord & {
  people: { name: string; active: boolean }[]
  changedAt: Date
  orphaned: boolean
}
export type Restricting = 'kept' | 'unchanged' | 'nobody-reads'

/**
 * Who may see a record. These verbs run as the program, since an officer looks after records that are hidden from them: what they
 * show is the record's name and number, and who may is asked of policy.ts.
 */
export const createRestrictions = (needs: Needs, seals: Seals) => {
  const { db, clock, named, accountNames, people, tell } = needs
  const asProgram = <T>({ tenantId }: Actor, work: (trx: Trx) => Promise<T>) => db.asTenant({ tenantId }, work)

  /** @throws NotFound where there is no such record, or the actor has no say over it */
  const mustHaveSay = async (trx: Trx, actor: Actor, clientId: string, restriction: RestrictionRow | undefined) => {
    const [found] = await named(trx, actor.tenantId, [clientId])
    if (!found || (restriction && !mayChange(actor, restriction.people))) throw new NotFound()
    return found
  }

  const note = async (
    trx: Trx,
    actor: Actor,
    {
      clientId,
      action,
      people,
      text,
    }: { clientId: string; action: VersionRow['action']; people: number[]; text: string },
  ) => {
    const version = await nextVersion(trx, actor.tenantId, clientId)
    await insertVersion(trx, {
      tenant_id: actor.tenantId,
      client_id: clientId,
      version,
      action,
      people,
      note_sealed: await seals.sealNote(actor.tenantId, clientId, version, text),
      at: clock(),
      by: actor.accountId,
    })
    await record(trx, actor, `client.restriction-${action}`, clientId, { version, people: people.map(String) })
  }

  /** The officers and whoever is or was named, but for who did it. */
  const tellOthers = async (trx: Trx, actor: Actor, told: Told, concerned: readonly number[]) => {
    const everybody = await people(trx, actor.tenantId)
    const to = everybody
      .filter(person => isOfficer(person) || concerned.includes(person.id))
      .map(({ id }) => id)
      .filter(id => id !== actor.accountId)
    await tell(trx, actor.tenantId, to, told, actor.accountId ?? 0)
  }

  return {
    /** Who may see a record, who could, and how that came. @throws NotFound */
    page: (actor: Actor, clientId: string): Promise<RestrictionPage> =>
      asProgram(actor, async trx => {
        const restriction = await findRestriction(trx, clientId)
        const found = await mustHaveSay(trx, actor, clientId, restriction)
        const active = await people(trx, actor.tenantId)
        const versions = await selectVersions(trx, clientId)
        const ids = versions.flatMap(({ people, by }) => [...people, ...(by === null ? [] : [by])])
        const names = await accountNames(trx, actor.tenantId, ids)
        const gone = (restriction?.people ?? []).filter(id => !active.some(person => person.id === id))
        await record(trx, actor, 'client.restriction-viewed', clientId)
        return {
          record: found,
          restriction: restriction ?? null,
          choices: [
            ...active.map(person => ({ ...person, active: true })),
            ...gone.map(id => ({ id, name: names.get(id) ?? '', roles: [], active: false })),
          ],
          versions: await Promise.all(
            versions.map(async row => ({
              action: row.action,
              at: row.at,
              by: names.get(row.by ?? 0) ?? null,
              people: row.people.map(id => names.get(id) ?? ''),
              note: await seals.openNote(row),
            })),
          ),
          mayLift: mayLift(actor) && restriction !== undefined,
          bound: isOfficer(actor) ? null : actor.accountId,
        }
      }),

    /** Of these clients, those whose records are restricted. */
    among: async (trx: Trx, clientIds: readonly string[]): Promise<ReadonlySet<string>> =>
      new Set(await selectRestricted(trx, clientIds)),

    /** Every restricted record, for officers: number, name and who may see it. */
    list: (actor: Actor): Promise<ListedRestriction[]> =>
      asProgram(actor, async trx => {
        const rows = await selectRestrictions(trx)
        const active = await people(trx, actor.tenantId)
        const names = await accountNames(
          trx,
          actor.tenantId,
          rows.flatMap(row => row.people),
        )
        const records = new Map(
          (
            await named(
              trx,
              actor.tenantId,
              rows.map(row => row.client_id),
            )
          ).map(each => [each.id, each]),
        )
        await record(trx, actor, 'restrictions.listed', undefined, { clients: rows.map(row => row.client_id) })
        const reading = new Set(active.filter(mayRead).map(({ id }) => id))
        return rows.flatMap(row => {
          const found = records.get(row.client_id)
          const shown = row.people.map(id => ({ name: names.get(id) ?? '', active: active.some(one => one.id === id) }))
          const orphaned = !row.people.some(id => reading.has(id))
          return found ? [{ ...found, people: shown, changedAt: row.changed_at, orphaned }] : []
        })
      }),

    /**
     * Restricts a record to these people, or changes who they are. Whoever is no officer stays among them.
     * @returns 'nobody-reads' where none of them is an active account that may read records
     * @throws NotFound
     */
    restrict: (actor: Actor, clientId: string, form: RestrictionForm): Promise<Restricting> =>
      asProgram(actor, async trx => {
        const restriction = await lockRestriction(trx, clientId)
        await mustHaveSay(trx, actor, clientId, restriction)
        const active = await people(trx, actor.tenantId)
        const before = restriction?.people ?? []
        const known = new Set([...active.map(({ id }) => id), ...before])
        const bound = isOfficer(actor) || actor.accountId === null ? [] : [actor.accountId]
        const wished = [...new Set([...form.people.filter(id => known.has(id)), ...bound])].sort((a, b) => a - b)
        if (!active.some(person => wished.includes(person.id) && mayRead(person))) return 'nobody-reads'
        if (restriction && wished.join() === [...before].sort((a, b) => a - b).join()) return 'unchanged'

        const now = clock()
        const since = restriction?.since ?? now
        await upsertRestriction(trx, {
          tenant_id: actor.tenantId,
          client_id: clientId,
          people: wished,
          since,
          changed_at: now,
        })
        const action = restriction ? 'changed' : 'restricted'
        await note(trx, actor, { clientId, action, people: wished, text: form.note })
        const told = restriction ? 'restriction-changed' : 'restriction-made'
        await tellOthers(trx, actor, told, [...before, ...wished])
        return 'kept'
      }),

    /** Lets everybody of the role see the record again. @throws NotFound */
    lift: (actor: Actor, clientId: string, text: string): Promise<void> =>
      asProgram(actor, async trx => {
        const restriction = await lockRestriction(trx, clientId)
        await mustHaveSay(trx, actor, clientId, restriction)
        if (!restriction || !mayLift(actor)) throw new NotFound()
        await deleteRestriction(trx, clientId)
        await note(trx, actor, { clientId, action: 'lifted', people: [], text })
        await tellOthers(trx, actor, 'restriction-lifted', restriction.people)
      }),
  }
}
