import type { Actor, Role } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { NotFound } from '../../../platform/errors.ts'
import type { Access } from '../access.ts'
import { accountOf, type Needs } from '../needs.ts'
import type { Sealing } from '../sealing.ts'
import { countOfClient, selectCompany, selectInbox, selectOfClient, type LineRow } from './queries.ts'

/** A thread as lists show it. */
export type Line = {
  id: string
  subject: string
  client: { id: string; name: string } | null
  /** Who is in it besides the reader, and the roles it is addressed to. */
  people: string[]
  roles: Role[]
  lastAt: Date
  lastBy: string
  lastMine: boolean
  preview: string
  messages: number
  unread: number
  urgent: number
}
export type Listed = { lines: Line[]; page: number; more: boolean }
type Client = { id: string; name: string }

const onPage = 40
const previewSigns = 140

/** Lists of threads: what somebody takes part in, and what is about a client. */
export const createInbox = (needs: Needs, access: Access, sealing: Sealing) => {
  const { db, people, clientNames } = needs

  const linesOf = async (trx: Trx, actor: Actor, rows: readonly LineRow[]): Promise<Line[]> => {
    const company = await selectCompany(
      trx,
      rows.map(({ id }) => id),
    )
    const ids = [...rows.map(row => row.sent_by), ...[...company.named.values()].flat()]
    const names = new Map((await people(trx, actor.tenantId, [...new Set(ids)])).map(({ id, name }) => [id, name]))
    const clients = await clientNames(trx, actor, [...new Set(rows.flatMap(row => row.client_id ?? []))])
    const subjects = await sealing.openSubjects(actor.tenantId, rows)
    const texts = await sealing.openTexts(
      actor.tenantId,
      rows.map(row => ({ id: row.message_id, text_sealed: row.text_sealed })),
    )
    return rows.map((row, index) => ({
      id: row.id,
      subject: subjects[index]!,
      client: row.client_id === null ? null : { id: row.client_id, name: clients.get(row.client_id) ?? '' },
      people: (company.named.get(row.id) ?? []).filter(id => id !== actor.accountId).map(id => names.get(id) ?? ''),
      roles: company.roles.get(row.id) ?? [],
      lastAt: row.last_at,
      lastBy: names.get(row.sent_by) ?? '',
      lastMine: row.sent_by === actor.accountId,
      preview: beginningOf(texts[index]!),
      messages: row.messages,
      unread: row.unread ?? 0,
      urgent: row.urgent ?? 0,
    }))
  }

  const recordListing = (trx: Trx, actor: Actor, lines: readonly Line[], clientId?: string) =>
    record(trx, actor, 'threads.listed', clientId, {
      count: lines.length,
      clients: [...new Set(lines.flatMap(({ client }) => client?.id ?? []))],
    })

  return {
    linesOf,

    /** What somebody takes part in, what was written last first. */
    list: (actor: Actor, archived: boolean, page: number): Promise<Listed> =>
      db.asTenant(actor, async trx => {
        const reader = { accountId: accountOf(actor), roles: actor.roles }
        const rows = await selectInbox(trx, reader, { archived, most: onPage + 1, offset: (page - 1) * onPage })
        const lines = await linesOf(trx, actor, await access.permitted(trx, actor, rows.slice(0, onPage)))
        await recordListing(trx, actor, lines)
        return { lines, page, more: rows.length > onPage }
      }),

    /** The threads about a client, for whoever may see the record. @throws NotFound */
    ofClient: (actor: Actor, clientId: string, page: number): Promise<Listed & { client: Client }> =>
      db.asTenant(actor, async trx => {
        await access.client(trx, actor, clientId)
        const name = (await clientNames(trx, actor, [clientId])).get(clientId)
        if (name === undefined) throw new NotFound()
        const part = { most: onPage + 1, offset: (page - 1) * onPage }
        const rows = await selectOfClient(trx, clientId, accountOf(actor), part)
        const lines = await linesOf(trx, actor, rows.slice(0, onPage))
        await recordListing(trx, actor, lines, clientId)
        return { lines, page, more: rows.length > onPage, client: { id: clientId, name } }
      }),

    /** How many threads there are about a client, for the page of the record. */
    countOfClient: (trx: Trx, clientId: string): Promise<number> => countOfClient(trx, clientId),
  }
}
export type Inbox = ReturnType<typeof createInbox>

const beginningOf = (text: string): string => {
  const signs = Array.from(text.replace(/\s+/g, ' ').trim())
  return signs.length > previewSigns ? `${signs.slice(0, previewSigns).join('')}…` : signs.join('')
}
