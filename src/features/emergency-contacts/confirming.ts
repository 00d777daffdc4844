import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { showPhone } from '../../platform/text/phone.ts'
import { monthsBefore } from './confirmation.ts'
import type { ShownContact } from './contact.ts'
import { recorded, type ContactRecords, type RecordedContact } from './contact-records.ts'
import { readRules, type Needs, type Rules } from './needs.ts'
import {
  areLeftToConfirm,
  countToConfirm,
  hintToConfirm,
  selectToConfirm,
  selectUnnoted,
  updateFacts,
  type ClearFacts,
  type ContactRow,
  type PlaceInList,
} from './queries.ts'
import { workListAddress, type Stretch } from './work-list.ts'

export type ToConfirm = { client: { id: string; displayName: string }; contact: ShownContact }
/** `total` are all that are to be confirmed, `wrong` those of them with a wrong number. */
export type WorkList = {
  items: ToConfirm[]
  total: number
  wrong: number
  /** The addresses of the pages before and after this one, null where there is none. */
  previous: string | null
  next: string | null
  /** The address of this page, for coming back to it. */
  here: string
  /** Clients whose own number is wrong. */
  own: { id: string; displayName: string; numbers: string[] }[]
}

export const workListPage = 25
const notedAtOnce = 500
const dayMs = 24 * 60 * 60_000

/** Which contacts are to be confirmed again: wrong numbers, those never confirmed and those confirmed too long ago. */
export const createConfirming = (
  { db, clock, rules: settled, clientNames, wrongOwnNumbers }: Needs,
  { open, inTheClear }: ContactRecords,
  shown: (contact: RecordedContact, rules: Rules) => ShownContact,
) => {
  const since = async (trx: Trx, actor: Actor, at = clock()) => {
    const rules = await readRules({ clock, rules: settled })(trx, actor, at)
    return { rules, day: monthsBefore(rules.today, rules.months) }
  }

  /** Writes beside some contacts what could only be read by opening them. @returns how many */
  const noteSome = async (trx: Trx, actor: Actor): Promise<number> => {
    const rows = await selectUnnoted(trx, notedAtOnce)
    for (const row of rows) await updateFacts(trx, row.id, row.version, inTheClear(await open(actor, row)))
    return rows.length
  }

  /** The rows of one page, and which pages there are on either side of it. */
  const readPage = async (trx: Trx, day: string, wished: Stretch) => {
    const read = (stretch: Stretch) => selectToConfirm(trx, day, stretch, workListPage + 1)
    const wishedRows = await read(wished)
    // Nobody is left on that side, since they were confirmed meanwhile: the list's own end on that side is shown.
    const isLeft = wishedRows.length > 0 || wished.place === null
    const stretch: Stretch = isLeft ? wished : { way: wished.way === 'after' ? 'before' : 'after', place: null }
    const found = isLeft ? wishedRows : await read(stretch)
    const forward = stretch.way === 'after'
    const nearest = found.slice(0, workListPage)
    const rows = forward ? nearest : nearest.toReversed()

    const beyond = found.length > workListPage
    const behind = stretch.place !== null
    const [first, last] = [rows[0], rows.at(-1)].map(row => row && placeOf(row))
    return {
      rows,
      previous: first && (forward ? behind : beyond) ? workListAddress({ way: 'before', place: first }) : null,
      next: last && (forward ? beyond : behind) ? workListAddress({ way: 'after', place: last }) : null,
    }
  }

  return {
    /** One page of the list, by key. Everybody on it was shown to the reader, which is audited. */
    toConfirm: (actor: Actor, wished: Stretch): Promise<WorkList> =>
      db.asTenant(actor, async trx => {
        await noteSome(trx, actor)
        const { rules, day } = await since(trx, actor)
        const { all, wrong } = await countToConfirm(trx, day)
        const { rows, previous, next } = await readPage(trx, day, wished)
        const names = await clientNames(trx, actor, [...new Set(rows.map(row => row.client_id))])
        const own = (await wrongOwnNumbers(trx, actor)).map(({ id, displayName, phones }) => ({
          id,
          displayName,
          numbers: phones.map(phone => showPhone(phone, rules.country).shown),
        }))
        const clients = [...new Set([...names.keys(), ...own.map(({ id }) => id)])]
        await record(trx, actor, 'clients.listed', undefined, { count: clients.length, clients })
        const items = await Promise.all(
          rows.map(async row => ({
            client: { id: row.client_id, displayName: names.get(row.client_id) ?? '' },
            contact: shown(recorded({ row, profile: await open(actor, row) }), rules),
          })),
        )
        return { items, total: all, wrong, previous, next, here: workListAddress(wished), own }
      }),

    /** How many contacts of active clients wait to be confirmed, and how many of them have a wrong number. */
    countToConfirm: (actor: Actor): Promise<{ all: number; wrong: number }> =>
      db.asTenant(actor, async trx => countToConfirm(trx, (await since(trx, actor)).day)),

    /** The same up to `most`, for those who only need to know that there are some. */
    hintToConfirm: async (trx: Trx, actor: Actor, most: number): Promise<{ all: number; wrong: number }> =>
      hintToConfirm(trx, (await since(trx, actor)).day, most),

    /** Whether contacts have waited for so many days to be confirmed. */
    areLeft: async (trx: Trx, actor: Actor, days: number): Promise<boolean> => {
      const before = new Date(clock().getTime() - days * dayMs)
      return areLeftToConfirm(trx, { day: (await since(trx, actor, before)).day, before })
    },

    /** Notes what older rows do not say in the clear yet, all of them. */
    noteFacts: async (actor: Actor): Promise<void> => {
      while ((await db.asTenant(actor, trx => noteSome(trx, actor))) === notedAtOnce);
    },
  }
}

const placeOf = (row: ContactRow & ClearFacts): PlaceInList => ({
  wrong: row.wrong_number,
  confirmedOn: row.last_confirmed_on,
  clientId: row.client_id,
  rank: row.rank,
})
