import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { pageOf, readStretch, type PageWish } from '../../platform/web/page-key.ts'
import { createListed, type Listed } from './listed.ts'
import type { Needs } from './needs.ts'
import { alphabetically, displayName, type ClientLine, type Status } from './profile.ts'
import { selectByLetter, selectLines, selectPage, selectRecent, selectShelf, type LineRow } from './queries.ts'
import { deepestShelf } from './search/index-words.ts'
import { recordShown } from './shown.ts'
import type { Sealing } from './sealing.ts'

const pageLength = 50
/**
 * Names are sealed, so what stands under a letter is opened and sorted here, at some 100,000 a second. Where there are more
 * than this, the letters that may follow are offered instead: every page is whole, and none takes longer than another.
 */
const mostOfOneShelf = 1_000
const following = 'abcdefghijklmnopqrstuvwxyz_'.split('')

const isShelf = (letters: string) => letters.length > 1 && letters !== 'other'

/** `contacts: 'none'` are only those without an emergency contact. */
export type ListWish = PageWish & { status: Status; contacts?: 'none' | undefined }
export type ClientsPage = { lines: Listed<ClientLine>[]; previous: string | null; next: string | null }
/** `deeper`: the longer beginnings to go on with, where there are too many clients for one list; then there are no lines. */
export type LetterPage = {
  lines: Listed<ClientLine>[]
  page: number
  pages: number
  total: number
  deeper: string[]
  cut: boolean
}
export type RecentClient = {
  id: string
  displayName: string
  fileNumber: string
  birthDate: string | null
  status: Status
}

/** Lists of clients; each leaves one audit event with who was shown. */
export const createListing = (needs: Needs, sealing: Sealing) => {
  const { db } = needs
  const withContactsAndGroups = createListed(needs)
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
    withContactsAndGroups,

    /** These clients, as far as they are still there, in this order. */
    lines: (actor: Actor, ids: readonly string[]): Promise<ClientLine[]> =>
      db.asTenant(actor, async trx => {
        const rows = await selectLines(trx, ids)
        await recordShown(trx, actor, 'clients.listed', rows)
        const lines = new Map((await open(actor, rows)).map(line => [line.id, line]))
        return ids.flatMap(id => lines.get(id) ?? [])
      }),

    /** One page, newest first. `after` and `before` are keys that an earlier page gave; a key that isn't is ignored. */
    list: (actor: Actor, { status, contacts, ...wish }: ListWish): Promise<ClientsPage> =>
      db.asTenant(actor, async trx => {
        const stretch = readStretch(wish)
        const rows = await selectPage(trx, { status, contacts }, stretch, pageLength + 1)
        const { shown, previous, next } = pageOf(rows, stretch, pageLength, row => ({ at: row.created_at, id: row.id }))
        await recordShown(trx, actor, 'clients.listed', shown)
        return { lines: await withContactsAndGroups(trx, actor, await open(actor, shown)), previous, next }
      }),

    /**
     * Those whose family name begins with `letters` ('a', 'ko', 'kowa', or 'other'), in Polish order. `cut`: so many share
     * even the longest beginning that only some are shown.
     */
    byLetter: (actor: Actor, letters: string, status: Status, page: number): Promise<LetterPage> =>
      db.asTenant(actor, async trx => {
        const most = mostOfOneShelf + 1
        const rows = isShelf(letters)
          ? await selectShelf(trx, status, await sealing.tokens.shelf(actor.tenantId, letters), most)
          : await selectByLetter(trx, status, await sealing.tokens.letter(actor.tenantId, letters), most)
        const crowded = rows.length === most
        const deeper = crowded && letters.length < deepestShelf ? following.map(next => `${letters}${next}`) : []
        const shown = deeper.length > 0 ? [] : rows.slice(0, mostOfOneShelf)
        const sorted = (await open(actor, shown)).sort((one, other) => alphabetically(one.profile, other.profile))
        const pages = Math.max(1, Math.ceil(sorted.length / pageLength))
        const here = Math.min(page, pages)
        const lines = sorted.slice((here - 1) * pageLength, here * pageLength)
        await recordShown(trx, actor, 'clients.listed', lines)
        return {
          lines: await withContactsAndGroups(trx, actor, lines),
          page: here,
          pages,
          total: sorted.length,
          deeper,
          cut: crowded && deeper.length === 0,
        }
      }),

    /** The clients this account opened last, the latest first. */
    recent: async (trx: Trx, actor: Actor, most = 8): Promise<RecentClient[]> => {
      if (actor.accountId === null) return []
      const lines = await open(actor, await selectRecent(trx, actor.accountId, most))
      if (lines.length > 0) await recordShown(trx, actor, 'clients.recent-listed', lines)
      return lines.map(({ id, status, profile }) => ({
        id,
        displayName: displayName(profile),
        fileNumber: profile.fileNumber,
        birthDate: profile.birthDate,
        status,
      }))
    },
  }
}
