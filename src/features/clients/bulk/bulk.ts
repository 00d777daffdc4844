import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Actor } from '../../../platform/actor.ts'
import { recordMany } from '../../../platform/audit/record.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { fileNumberKey } from '../../../platform/text/file-number.ts'
import { findTaken, takeFileNumbers } from '../file-numbers.ts'
import { createFindNamesakes } from '../namesakes.ts'
import type { Needs } from '../needs.ts'
import type { ClientProfile } from '../profile.ts'
import { insertVersions, type ClientRow, type ReadRow } from '../queries.ts'
import type { SealedColumns, Sealing } from '../sealing.ts'
import {
  countActive,
  deleteClients,
  insertMany,
  lockClients,
  lockMadeByImport,
  replaceClients,
  selectActiveAfter,
  selectByFileNumbers,
  selectVersionsBefore,
} from './queries.ts'

const batch = 500
/** Few enough that nobody waits long for a process that seals. */
const sealedAtOnce = 50

type Person = Pick<ClientProfile, 'givenNames' | 'familyName' | 'birthDate'>
export type ReadClient = { id: string; profile: ClientProfile }
type NewClient = { id: string; profile: ClientProfile }
type ChangedClient = { id: string; version: number; profile: ClientProfile }
export type FoundClient = { id: string; version: number; archived: boolean; profile: ClientProfile }
export type Made = { created: string[]; refused: string[] }
export type Amended = { amended: string[]; refused: string[] }
export type TakenBack = { removed: number; reverted: number }

/** Many clients at once, in the caller's transaction: for imports, and reading for exports. */
export const createBulk = ({ db, clock, havingContacts }: Needs, sealing: Sealing) => {
  const findNamesakes = createFindNamesakes(sealing)
  const open = (actor: Actor, row: Pick<ReadRow, 'id' | 'profile_sealed'>) =>
    sealing.open(actor.tenantId, row.id, row.profile_sealed)

  const foundClient = async (actor: Actor, row: ReadRow): Promise<FoundClient> => ({
    id: row.id,
    version: row.version,
    archived: row.status === 'archived',
    profile: await open(actor, row),
  })

  /** Some are sealed and indexed while the database writes those before them. @returns the ids inserted */
  const insertAsSealed = async (
    trx: Trx,
    { tenantId }: Actor,
    clients: readonly { id: string; profile: ClientProfile; fileNumber: string }[],
    common: Omit<ClientRow, 'id' | keyof SealedColumns>,
  ): Promise<string[]> => {
    const inserting: Promise<string[]>[] = []
    for (let start = 0; start < clients.length; start += sealedAtOnce) {
      const rows = clients.slice(start, start + sealedAtOnce).map(async ({ id, profile, fileNumber }) => ({
        ...(await sealing.seal(tenantId, id, { ...profile, fileNumber })),
        ...common,
        id,
      }))
      const writing = insertMany(trx, await Promise.all(rows))
      writing.catch(() => undefined) // told below
      inserting.push(writing)
      await nextTurn() // the statement leaves now, and whoever else waits for this process has a turn
    }
    return (await Promise.all(inserting)).flat()
  }

  /** Writes new profiles over locked rows, whose present versions join the earlier ones. */
  const replaceAll = async (
    trx: Trx,
    actor: Actor,
    changes: readonly { row: ReadRow; profile: ClientProfile }[],
    { action, importId }: { action: 'amended' | 'reverted'; importId: string | null },
  ) => {
    if (changes.length === 0) return
    const { tenantId } = actor
    const now = clock()
    const presents = await Promise.all(changes.map(({ row }) => open(actor, row)))
    const renumbered = changes.filter(
      ({ profile }, index) => fileNumberKey(profile.fileNumber) !== fileNumberKey(presents[index]!.fileNumber),
    )
    const taken = await findTaken(
      trx,
      actor,
      sealing,
      renumbered.map(({ row, profile }) => ({ id: row.id, fileNumber: profile.fileNumber })),
    )
    if (taken.size > 0) throw new Error('a file number has been given to another client meanwhile')
    const earlier = changes.map(async ({ row }, index) => ({
      tenant_id: tenantId,
      client_id: row.id,
      version: row.version,
      action: row.action,
      profile_sealed: await sealing.sealEarlier(tenantId, row.id, row.version, presents[index]!),
      changed_at: row.updated_at,
      changed_by: row.updated_by,
      import_id: row.import_id,
    }))
    const next = changes.map(async ({ row, profile }) => ({
      ...(await sealing.seal(tenantId, row.id, profile)),
      id: row.id,
      version: row.version + 1,
      action,
      updated_at: now,
      updated_by: actor.accountId,
      import_id: importId,
    }))
    await insertVersions(trx, await Promise.all(earlier))
    await replaceClients(trx, await Promise.all(next))
  }

  /** Goes through the clients whose present version the import made, batch by batch. */
  const eachMadeByImport = async (trx: Trx, importId: string, work: (rows: ReadRow[]) => Promise<void>) => {
    let after: string | null = null
    for (;;) {
      const rows: ReadRow[] = await lockMadeByImport(trx, importId, after, batch)
      if (rows.length === 0) return
      after = rows.at(-1)!.id
      await work(rows)
    }
  }

  return {
    /** Which of these file numbers belong to clients, archived ones too; by the number as it was asked for. */
    findByFileNumbers: async (
      trx: Trx,
      actor: Actor,
      fileNumbers: readonly string[],
    ): Promise<Map<string, FoundClient>> => {
      const tokens = await Promise.all(fileNumbers.map(number => sealing.tokens.file(actor.tenantId, number)))
      const rows = new Map((await selectByFileNumbers(trx, tokens.flat())).map(row => [row.file_number_token, row]))
      const found = fileNumbers.map(async (number, index) => {
        const row = tokens[index]!.map(token => rows.get(token)).find(row => row !== undefined)
        return row && ([number, await foundClient(actor, row)] as const)
      })
      return new Map((await Promise.all(found)).filter(entry => entry !== undefined))
    },

    /**
     * Which of these people look like a client there is already, archived ones too: the same folded names and birth date.
     * @returns the first such client of each, by the person's index
     */
    findLookalikes: async (trx: Trx, actor: Actor, people: readonly Person[]): Promise<Map<number, FoundClient>> => {
      const namesakes = await findNamesakes(trx, actor.tenantId, people)
      const found = namesakes.map(async ([row], index) => {
        return row && ([index, await foundClient(actor, row)] as const)
      })
      return new Map((await Promise.all(found)).filter(entry => entry !== undefined))
    },

    /**
     * Makes many clients; those without a file number get the next ones. Safe to repeat with the same ids.
     * @returns the ids made, and those refused because the id or the file number is taken
     */
    createMany: async (trx: Trx, actor: Actor, clients: readonly NewClient[], importId: string): Promise<Made> => {
      const all: Made = { created: [], refused: [] }
      for (let start = 0; start < clients.length; start += batch) {
        const some = clients.slice(start, start + batch)
        const unnumbered = some.filter(({ profile }) => !fileNumberKey(profile.fileNumber)).length
        const numbers = unnumbered ? await takeFileNumbers(trx, actor, sealing, unnumbered) : []
        const now = clock()
        const numbered = some.map(({ id, profile }) => ({
          id,
          profile,
          fileNumber: fileNumberKey(profile.fileNumber) ? profile.fileNumber : numbers.shift()!,
        }))
        const taken = await findTaken(trx, actor, sealing, numbered)
        const free = numbered.filter(({ id }) => !taken.has(id))
        const made = { status: 'active', version: 1, action: 'created', import_id: importId } as const
        const moments = { created_at: now, updated_at: now, created_by: actor.accountId, updated_by: actor.accountId }
        const created = await insertAsSealed(trx, actor, free, { ...made, ...moments, tenant_id: actor.tenantId })
        await recordMany(trx, actor, 'client.created', created, { import: importId })
        const there = new Set(created)
        all.created.push(...created)
        all.refused.push(...some.map(({ id }) => id).filter(id => !there.has(id)))
      }
      return all
    },

    /**
     * Changes many clients that are still at the given version; an empty file number keeps the present one.
     * @returns the ids changed, and those refused because somebody changed or removed the client meanwhile
     */
    amendMany: async (
      trx: Trx,
      actor: Actor,
      clients: readonly ChangedClient[],
      importId: string,
    ): Promise<Amended> => {
      const done: Amended = { amended: [], refused: [] }
      for (let start = 0; start < clients.length; start += batch) {
        const some = clients.slice(start, start + batch)
        const rows = new Map(
          (
            await lockClients(
              trx,
              some.map(({ id }) => id),
            )
          ).map(row => [row.id, row]),
        )
        const changes: { row: ReadRow; profile: ClientProfile }[] = []
        for (const { id, version, profile } of some) {
          const row = rows.get(id)
          if (row?.version !== version) done.refused.push(id)
          else
            changes.push({
              row,
              profile: profile.fileNumber ? profile : { ...profile, fileNumber: (await open(actor, row)).fileNumber },
            })
        }
        await replaceAll(trx, actor, changes, { action: 'amended', importId })
        const amended = changes.map(({ row }) => row.id)
        await recordMany(trx, actor, 'client.amended', amended, { import: importId })
        done.amended.push(...amended)
      }
      return done
    },

    /**
     * Undoes an import as far as nobody has built on it: clients it made go, clients it changed return to what they were
     * before; whoever has been changed since, or has been given emergency contacts, or is hidden from the actor, is kept as they are.
     */
    takeBack: async (trx: Trx, actor: Actor, importId: string): Promise<TakenBack> => {
      const taken: TakenBack = { removed: 0, reverted: 0 }
      await eachMadeByImport(trx, importId, async rows => {
        const made = rows.filter(row => row.version === 1).map(row => row.id)
        const keeping = made.length > 0 ? await havingContacts(trx, actor, made) : new Set<string>()
        const removed = made.filter(id => !keeping.has(id))
        if (removed.length > 0) await deleteClients(trx, removed)
        await recordMany(trx, actor, 'client.removed', removed, { import: importId })

        const changed = new Map(rows.filter(row => row.version > 1).map(row => [row.id, row]))
        const before = await selectVersionsBefore(trx, [...changed.values()])
        const reverted = before.map(async version => ({
          row: changed.get(version.client_id)!,
          profile: await sealing.openEarlier(
            actor.tenantId,
            version.client_id,
            version.version,
            version.profile_sealed,
          ),
        }))
        await replaceAll(trx, actor, await Promise.all(reverted), { action: 'reverted', importId: null })
        await recordMany(trx, actor, 'client.reverted', [...changed.keys()], { import: importId })

        taken.removed += removed.length
        taken.reverted += changed.size
      })
      return taken
    },

    /**
     * Every active client, in no order a reader would know, a batch a transaction, so that none stays open for minutes. Each
     * client is as it was when its batch was read, and comes at most once; one made meanwhile may be missing, one archived
     * meanwhile may be there.
     */
    readActive: async function* (actor: Actor): AsyncGenerator<ReadClient[]> {
      let after: string | null = null
      for (;;) {
        const rows: Pick<ReadRow, 'id' | 'profile_sealed'>[] = await db.asTenant(actor, trx =>
          selectActiveAfter(trx, after, batch),
        )
        const profiles = await sealing.openAll(actor.tenantId, rows)
        if (rows.length > 0) yield rows.map(({ id }, index) => ({ id, profile: profiles[index]! }))
        if (rows.length < batch) return
        after = rows.at(-1)!.id
      }
    },

    countActive: (actor: Actor): Promise<number> => db.asTenant(actor, countActive),
  }
}
