import type { Actor, Role } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { NotFound } from '../../../platform/errors.ts'
import { pageOf, readStretch, type PageWish } from '../../../platform/web/page-key.ts'
import type { Access } from '../access.ts'
import { accountOf, type Needs } from '../needs.ts'
import type { Sealing } from '../sealing.ts'
import { countOfClient, selectCompany, selectInbox, selectOfClient, type LineRow, type ListedRow } from './queries.ts'

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
/** `previous`, `next`: keys of the pages beside this one. */
export type Listed = { lines: Line[]; previous: string | null; next: string | null }
type Client = { id: string; name: string }

const onPage = 40
const previewSigns = 140
const placeOf = ({ placed_at: at, id }: ListedRow) => ({ at, id })

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
    list: (actor: Actor, archived: boolean, wish: PageWish = {}): Promise<Listed> =>
      db.asTenant(actor, async trx => {
        const [reader, stretch] = [{ accountId: accountOf(actor), roles: actor.roles }, readStretch(wish)]
        const rows = await selectInbox(trx, reader, archived, stretch, onPage + 1)
        const { shown, previous, next } = pageOf(rows, stretch, onPage, placeOf)
        const lines = await linesOf(trx, actor, await access.permitted(trx, actor, shown))
        await recordListing(trx, actor, lines)
        return { lines, previous, next }
      }),

    /** The threads about a client, for whoever may see the record. @throws NotFound */
    ofClient: (actor: Actor, clientId: string, wish: PageWish = {}): Promise<Listed & { client: Client }> =>
      db.asTenant(actor, async trx => {
        await access.client(trx, actor, clientId)
        const name = (await clientNames(trx, actor, [clientId])).get(clientId)
        if (name === undefined) throw new NotFound()
        const stretch = readStretch(wish)
        const rows = await selectOfClient(trx, clientId, accountOf(actor), stretch, onPage + 1)
        const { shown, previous, next } = pageOf(rows, stretch, onPage, placeOf)
        const lines = await linesOf(trx, actor, shown)
        await recordListing(trx, actor, lines, clientId)
        return { lines, previous, next, client: { id: clientId, name } }
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
