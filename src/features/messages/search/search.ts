import type { Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import { createKeptQueries } from '../../../platform/vault/kept-queries.ts'
import type { Access } from '../access.ts'
import type { Inbox, Line } from '../inbox/inbox.ts'
import { selectLines } from '../inbox/queries.ts'
import { accountOf, type Needs } from '../needs.ts'
import type { Sealing } from '../sealing.ts'
import { searchMessages, selectFound } from './queries.ts'
import { asked, excerpt, matches, termsOf, type Part } from './terms.ts'

/** A thread in which something was found: the newest message that answers, a piece of it, and how many there are. */
export type FoundThread = Line & { excerpt: Part[]; found: number }
export type Findings = { query: string; threads: FoundThread[]; more: boolean }

const mostOpened = 300
const mostShown = 50

/** Finds messages by the words of their texts and subjects, without accents and by beginnings, the newest first. */
export const createSearch = (needs: Needs, access: Access, sealing: Sealing, inbox: Inbox) => {
  const { db, vault, redis } = needs
  const kept = createKeptQueries(redis, vault, 'message_searches.query')

  return {
    keepQuery: kept.keep,
    findQuery: kept.find,

    search: (actor: Actor, query: string): Promise<Findings> =>
      db.asTenant(actor, async trx => {
        const terms = termsOf(query)
        const { all } = await vault.blinders(actor.tenantId)
        const tokens = all.map(blinder => blinder.tokens(asked(terms)))
        const reader = { accountId: accountOf(actor), roles: actor.roles }
        const ids = await searchMessages(trx, tokens, reader, mostOpened)
        const rows = await access.permitted(trx, actor, await selectFound(trx, ids))
        const texts = await sealing.openTexts(actor.tenantId, rows)
        const subjects = await sealing.openSubjects(
          actor.tenantId,
          rows.map(row => ({ id: row.thread_id, subject_sealed: row.subject_sealed })),
        )
        const hits = new Map<string, { text: string; found: number }>()
        rows.forEach(({ thread_id }, index) => {
          if (!matches(`${subjects[index]} ${texts[index]}`, terms)) return
          const before = hits.get(thread_id)
          hits.set(thread_id, { text: before?.text ?? texts[index]!, found: (before?.found ?? 0) + 1 })
        })

        const shown = [...hits.keys()].slice(0, mostShown)
        const lines = await inbox.linesOf(trx, actor, await selectLines(trx, reader.accountId, shown))
        const byId = new Map(lines.map(line => [line.id, line]))
        await record(trx, actor, 'threads.searched', undefined, {
          count: lines.length,
          clients: [...new Set(lines.flatMap(({ client }) => client?.id ?? []))],
        })
        const threads = shown.flatMap(id => {
          const [line, hit] = [byId.get(id), hits.get(id)!]
          return line ? [{ ...line, excerpt: excerpt(hit.text, terms), found: hit.found }] : []
        })
        return { query, threads, more: hits.size > mostShown || ids.length >= mostOpened }
      }),
  }
}
