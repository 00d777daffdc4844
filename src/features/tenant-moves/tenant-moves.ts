import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Writable } from 'node:stream'
import type { Recipient } from 'age-encryption'
import { AgeFault, openingStream, sealingStream, type Identity } from '../../platform/age/streams.ts'
import { installationId, systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import { OperatorFault } from '../../platform/errors.ts'
import type { PasswordHash } from '../../platform/vault/passwords.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { unwrap, wrap, type Roots } from '../../platform/vault/wrapped-keys.ts'
import {
  accountIds,
  chainEnd,
  countRows,
  forgetPlace,
  insertKeyRows,
  insertRows,
  loginKeys,
  passNumbers,
  putPassword,
  putStatus,
  readOneMoment,
  rowsOf,
  selectKeyRows,
  suspend,
  tablesInOrder,
  takenLogins,
  tenantIsThere,
} from './queries.ts'
import { linesOf, readTenantFile, type Head } from './tenant-file.ts'

type Needs = {
  db: Db
  unscoped: Unscoped
  vault: Vault
  roots: Roots
  clock: Clock
  /** The migrations of this version. */
  migrations: () => Promise<string[]>
  nameOf: (tenantId: string) => Promise<string>
  hashPassword: (password: string) => Promise<PasswordHash>
  /** Tokens of e-mail addresses are made with the installation's key: they are made anew. */
  reindexEmails: (tenantId: string) => Promise<void>
}
export type Moved = { tenantId: string; name: string; rows: number; accounts: number }
type Tell = (rows: number) => void

/** One organisation alone, whole: out of this installation, and into another. */
export const createTenantMoves = (needs: Needs) => {
  const { db, unscoped, vault, roots, clock } = needs
  const noteInRealm = (
    action: 'tenant.exported' | 'tenant.imported',
    tenantId: string,
    detail: Record<string, number>,
  ) =>
    db.asTenant(systemActor(installationId), trx => record(trx, systemActor(installationId), action, tenantId, detail))

  /**
   * Writes an organisation as an age file: every row as it is sealed, and its keys, which only whoever opens the file gets.
   * The installation's own keys stay: passwords cannot go along, since a pepper is mixed into them.
   * @throws OperatorFault where there is no such organisation
   */
  const write = async (tenantId: string, recipient: string | Recipient, out: Writable, tell: Tell): Promise<Moved> => {
    if (tenantId === installationId)
      throw new OperatorFault('The realm of the operators is no organisation, and stays.')
    const name = await needs.nameOf(tenantId).catch(() => {
      throw new OperatorFault(`There is no organisation ${tenantId}; "tenant create" printed its id.`)
    })
    await db.asTenant({ tenantId }, trx => record(trx, systemActor(tenantId), 'tenant.exported', tenantId))
    const moved = await db.asTenant({ tenantId }, async trx => {
      await readOneMoment(trx)
      const tables = await tablesInOrder(trx)
      const counts: Record<string, number> = {}
      for (const table of tables) counts[table] = await countRows(trx, table)
      const head: Head = {
        format: 'ostoja-tenant',
        version: 1,
        tenantId,
        name,
        madeAt: clock().toISOString(),
        migrations: await needs.migrations(),
        chain: await chainEnd(trx),
        tables: counts,
      }
      const lines = linesOf(head, await keysOf(trx, tenantId), tables, table => counted(rowsOf(trx, table), tell))
      await pipeline(Readable.from(lines, { objectMode: false }), await sealingStream([recipient]), out)
      return { tenantId, name, rows: sum(counts), accounts: counts.accounts ?? 0 }
    })
    await noteInRealm('tenant.exported', tenantId, { rows: moved.rows })
    return moved
  }

  const keysOf = async (trx: Trx, tenantId: string) =>
    Promise.all(
      (await selectKeyRows(trx)).map(async row => ({
        id: row.id,
        purpose: row.purpose,
        current: row.current,
        key: (await unwrap(roots, tenantId, row)).toString('base64'),
        createdAt: row.created_at.toISOString(),
        retiredAt: row.retired_at?.toISOString() ?? null,
      })),
    )

  /**
   * Brings an organisation in, in one transaction: ids stay, keys come under this installation's root key, passwords are to be
   * chosen anew.
   * @param owner a login that owns the tables: row security holds it to this organisation
   * @throws OperatorFault where it is there already, is of another version, or the file does not open
   */
  const read = async (sealed: Readable, identity: Identity, owner: Db, tell: Tell): Promise<Moved> => {
    const plain = await openingStream(sealed, [identity]).catch(explain)
    const file = await readTenantFile(plain).catch(explain)
    const { tenantId, name, migrations, tables } = file.head
    const own = await needs.migrations()
    if (migrations.join() !== own.join())
      throw new OperatorFault(
        'The file was made by another version of Ostoja; bring both installations to the same version first.',
      )
    const actor = systemActor(tenantId)
    const counts: Record<string, number> = {}
    const status = await owner
      .asTenant(actor, async trx => {
        if (await tenantIsThere(trx, tenantId))
          throw new OperatorFault(`The organisation ${tenantId} is here already, so nothing was changed.`)
        for await (const { table, rows } of file.rows) {
          if (!(table in tables))
            throw new OperatorFault(`The file holds rows of an unknown table, ${table}; nothing was changed.`)
          const inserted = await insertRows(trx, table, rows)
          counts[table] = (counts[table] ?? 0) + inserted
          tell(inserted)
          if (table === 'tenants')
            await insertKeyRows(trx, await Promise.all(file.keys.map(key => wrapped(tenantId, key))))
        }
        for (const [table, count] of Object.entries(tables))
          if ((counts[table] ?? 0) !== count)
            throw new OperatorFault(
              `The file holds ${counts[table] ?? 0} of ${count} rows of ${table}; nothing was changed.`,
            )
        const taken = await unscoped.read(async all => takenLogins(all, await loginKeys(trx)))
        if (taken > 0) throw new OperatorFault(`${taken} of its logins are taken here, so nothing was changed.`)
        await forgetPlace(trx, clock())
        await passNumbers(trx)
        await record(trx, actor, 'tenant.imported', tenantId, { rows: sum(counts), chain: file.head.chain })
        return suspend(trx, tenantId)
      })
      .catch(explain)
    const accounts = await renewPasswords(tenantId)
    await needs.reindexEmails(tenantId)
    await db.asTenant(actor, trx => putStatus(trx, tenantId, status))
    await noteInRealm('tenant.imported', tenantId, { rows: sum(counts) })
    return { tenantId, name, rows: sum(counts), accounts }
  }

  const wrapped = async (
    tenantId: string,
    { id, purpose, current, key, createdAt, retiredAt }: Awaited<ReturnType<typeof keysOf>>[number],
  ) => ({
    tenant_id: tenantId,
    id,
    purpose,
    current,
    ...(await wrap(roots, tenantId, purpose, id, Buffer.from(key, 'base64'))),
    created_at: new Date(createdAt),
    retired_at: retiredAt ? new Date(retiredAt) : null,
  })

  /** One that nobody knows for each: an administrator or the operator gives new ones. */
  const renewPasswords = async (tenantId: string): Promise<number> => {
    const hash = await needs.hashPassword(randomBytes(32).toString('base64'))
    const ids = await db.asTenant({ tenantId }, accountIds)
    for (const row of ids) {
      const sealed = await vault.seal(hash, { tenant: tenantId, column: 'accounts.password_sealed', row })
      await db.asTenant({ tenantId }, trx => putPassword(trx, row, sealed, hash.pepper))
    }
    return ids.length
  }

  return { export: write, import: read }
}
export type TenantMoves = ReturnType<typeof createTenantMoves>

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, count) => all + count, 0)

async function* counted(rows: AsyncIterable<string[]>, tell: Tell): AsyncGenerator<string[]> {
  for await (const some of rows) {
    tell(some.length)
    yield some
  }
}

const sentences = {
  'not-age': 'This is no file that "tenant export" made.',
  'wrong-identity': 'This key or passphrase does not open the file.',
  altered: 'The file was altered or damaged; take another copy.',
  cut: 'The file was cut: its end is missing; take another copy.',
} as const

const explain = (fault: unknown): never => {
  if ((fault as { constraint?: string }).constraint === 'tenants_domain')
    throw new OperatorFault(
      'Its domain is taken here, so nothing was changed; give that organisation another one first.',
    )
  throw fault instanceof AgeFault ? new OperatorFault(sentences[fault.problem]) : fault
}
