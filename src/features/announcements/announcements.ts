import { randomUUID } from 'node:crypto'
import { installationId, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import { NotFound } from '../../platform/errors.ts'
import { keepFresh } from '../../platform/kept-fresh.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import {
  deleteAnnouncement,
  deleteEndedBefore,
  insertAnnouncement,
  selectAnnouncements,
  selectComing,
  type ShownRow,
} from './queries.ts'
import { textIn, type AnnouncementForm } from './schema.ts'

type Needs = { db: Db; unscoped: Unscoped; clock: Clock }
export type Shown = { id: string; kind: ShownRow['kind']; text: string; dismissible: boolean }

const keptMs = 365 * 24 * 60 * 60_000

/** What operators tell everybody, such as that there will be maintenance. */
export const createAnnouncements = ({ db, unscoped, clock }: Needs) => {
  const coming = keepFresh<readonly ShownRow[]>(
    clock,
    freshMs => {
      const now = clock()
      return unscoped.read(trx => selectComing(trx, now, new Date(now.getTime() + freshMs)))
    },
    [],
  )

  return {
    /** What is to be read now, but for what the reader has put away. */
    current: async (language: Language, putAway: readonly string[] = []): Promise<Shown[]> => {
      const now = clock()
      return (await coming.get())
        .filter(row => row.starts_at <= now && row.ends_at > now && !(row.dismissible && putAway.includes(row.id)))
        .map(row => ({ id: row.id, kind: row.kind, text: textIn(language, row), dismissible: row.dismissible }))
    },

    list: (actor: Actor) => db.asTenant(actor, selectAnnouncements),

    /** Announces something to everybody; every process shows it within seconds. @returns its id */
    make: async (actor: Actor, form: AnnouncementForm): Promise<string> => {
      const id = randomUUID()
      await db.asTenant(actor, async trx => {
        await deleteEndedBefore(trx, new Date(clock().getTime() - keptMs))
        await insertAnnouncement(trx, {
          tenant_id: installationId,
          id,
          kind: form.kind,
          text_pl: form.textPl,
          text_en: form.textEn,
          dismissible: form.dismissible,
          starts_at: form.startsAt,
          ends_at: form.endsAt,
          created_by: actor.accountId,
          created_at: clock(),
        })
        await record(trx, actor, 'announcement.made', id, { kind: form.kind })
      })
      coming.forget()
      return id
    },

    /** @throws NotFound */
    remove: async (actor: Actor, id: string): Promise<void> => {
      await db.asTenant(actor, async trx => {
        if ((await deleteAnnouncement(trx, id)) === 0) throw new NotFound()
        await record(trx, actor, 'announcement.removed', id)
      })
      coming.forget()
    },
  }
}
export type Announcements = ReturnType<typeof createAnnouncements>
