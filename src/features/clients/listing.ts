import type { Actor } from '../../platform/actor.ts'
import type { Needs } from './needs.ts'
import { readKey, writeKey } from './page-key.ts'
import { alphabetically, displayName, type ClientLine, type Status } from './profile.ts'
import { selectByLetter, selectPage, selectRecent, type LineRow } from './queries.ts'
import { recordShown } from './shown.ts'
import type { Sealing } from './sealing.ts'

const pageLength = 50
/** Names are sealed, so a letter is opened and sorted here; past this many the search is the better way. */
const mostOfOneLetter = 5_000

export type ListWish = { status: Status; after?: string | undefined; before?: string | undefined }
export type ClientsPage = { lines: ClientLine[]; previous: string | null; next: string | null }
export type LetterPage = { lines: ClientLine[]; page: number; pages: number; total: number; cut: boolean }
export type RecentClient = {
  id: string
  displayName: string
  fileNumber: string
  birthDate: string | null
  status: Status
}

/** Lists of clients; each leaves one audit event with who was shown. */
export const createListing = ({ db }: Needs, sealing: Sealing) => {
  const open = (actor: Actor, rows: readonly LineRow[]): Promise<ClientLine[]> =>
    Promise.all(
      rows.map(async ({ id, status, profile_sealed, created_at }) => ({
        id,
        status,
        profile: await sealing.open(actor.tenantId, id, profile_sealed),
        createdAt: created_at,
      })),
    )

  return {
    /** One page, newest first. `after` and `before` are keys that an earlier page gave; a key that isn't is ignored. */
    list: (actor: Actor, { status, after, before }: ListWish): Promise<ClientsPage> =>
      db.asTenant(actor, async trx => {
        const backwards = readKey(before)
        const key = backwards ?? readKey(after)
        const rows = await selectPage(trx, status, key, backwards ? 'newer' : 'older', pageLength + 1)
        const more = rows.length > pageLength
        const shown = backwards ? rows.slice(0, pageLength).reverse() : rows.slice(0, pageLength)
        await recordShown(trx, actor, 'clients.listed', shown)

        const [newest, oldest] = [shown[0], shown.at(-1)].map(
          row => row && writeKey({ createdAt: row.created_at, id: row.id }),
        )
        return {
          lines: await open(actor, shown),
          previous: (backwards ? more : key !== null) && newest ? newest : null,
          next: (backwards ? true : more) && oldest ? oldest : null,
        }
      }),

    /** Those whose family name begins with a letter ('a' … 'z' or 'other'), in Polish order. `cut`: there are too many to sort. */
    byLetter: (actor: Actor, letter: string, status: Status, page: number): Promise<LetterPage> =>
      db.asTenant(actor, async trx => {
        const tokens = await sealing.tokens.letter(actor.tenantId, letter)
        const rows = await selectByLetter(trx, status, tokens, mostOfOneLetter + 1)
        const sorted = (await open(actor, rows.slice(0, mostOfOneLetter))).sort((one, other) =>
          alphabetically(one.profile, other.profile),
        )
        const pages = Math.max(1, Math.ceil(sorted.length / pageLength))
        const here = Math.min(page, pages)
        const lines = sorted.slice((here - 1) * pageLength, here * pageLength)
        await recordShown(trx, actor, 'clients.listed', lines)
        return { lines, page: here, pages, total: sorted.length, cut: rows.length > mostOfOneLetter }
      }),

    /** The clients this account opened last, the latest first. */
    recent: (actor: Actor, most = 8): Promise<RecentClient[]> =>
      db.asTenant(actor, async trx => {
        if (actor.accountId === null) return []
        const lines = await open(actor, await selectRecent(trx, actor.accountId, most))
        await recordShown(trx, actor, 'clients.listed', lines)
        return lines.map(({ id, status, profile }) => ({
          id,
          displayName: displayName(profile),
          fileNumber: profile.fileNumber,
          birthDate: profile.birthDate,
          status,
        }))
      }),
  }
}
