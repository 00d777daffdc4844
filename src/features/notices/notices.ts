import type { Actor, Role } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { writeLetter } from '../../platform/mail/letter.ts'
import type { Mailer } from '../../platform/mail/mailer.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { createNoticeChoices, wantMail } from './choices.ts'
import { createFormerAddresses } from './former-address.ts'
import { noticeKinds, reminders, type NoticeKind, type ReminderKind } from './kinds.ts'
import {
  activeAccountsWithRole,
  deleteNoticesBefore,
  insertNotices,
  markKindsRead,
  markKindsReadByAll,
  markRead,
  notYetTold,
  selectNotices,
  selectUnread,
  type NoticeDetail,
  type NoticeRow,
} from './queries.ts'

type AccountKey = { tenantId: string; accountId: number }
type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  translations: Translations
  /** Null where this installation sends no mail. */
  mailer: Mailer | null
  mailboxOf: (account: AccountKey) => Promise<{ email: string; language: Language } | null>
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
}
/** Whom to tell: accounts by id, or everybody who has a role. */
export type Recipients = readonly number[] | { role: Role }
export type Notice = Pick<NoticeRow, 'id' | 'kind'> & {
  at: Date
  read: boolean
  sign: string
  href: string
  /** Whose account it is about, where it is not the reader's own. */
  about: string | null
}

const keptMs = 365 * 24 * 60 * 60_000
const mostShown = 100
const mostOnStartPage = 5

/** What happened to an account that its owner should know: on the start page, in a list, and as mail without details. */
export const createNotices = (needs: Needs) => {
  const { db, clock, translations, mailer, mailboxOf, accountNames } = needs
  const withNames = async (trx: Trx, actor: Actor, rows: readonly NoticeRow[]): Promise<Notice[]> => {
    const names = await accountNames(
      trx,
      actor.tenantId,
      rows.flatMap(row => subjectOf(row) ?? []),
    )
    return rows.map(row => shown(row, names.get(subjectOf(row) ?? 0) ?? null))
  }

  const formerAddresses = createFormerAddresses(needs)

  /**
   * Tells people, in the transaction of what happened. Somebody who was told the same a moment ago is not told again.
   * @param detail ids and counts; never what says who somebody is
   */
  const notify = async (trx: Trx, tenantId: string, to: Recipients, kind: NoticeKind, detail: NoticeDetail = {}) => {
    const now = clock()
    const wanted = 'role' in to ? await activeAccountsWithRole(trx, to.role) : [...new Set(to)]
    const { quietMs, reminds } = noticeKinds[kind]
    const told = quietMs ? await notYetTold(trx, wanted, kind, detail, new Date(now.getTime() - quietMs)) : wanted
    if (told.length === 0) return

    await insertNotices(
      trx,
      told.map(accountId => ({ tenant_id: tenantId, account_id: accountId, kind, detail, created_at: now })),
    )
    const mailed = mailer ? await wantMail(trx, told, kind) : []
    for (const accountId of mailed)
      // However many reminders come at once, one letter says that there is something to read.
      await enqueue(trx, 'mail.notice', { tenantId, accountId }, reminds ? { key: `mail.reminder:${accountId}` } : {})
  }

  return {
    ...formerAddresses,
    ...createNoticeChoices(db),
    notify,

    /** Tells everybody whom a reminder is for, unless they were told a short time ago. */
    remind: (trx: Trx, tenantId: string, kind: ReminderKind): Promise<void> =>
      notify(trx, tenantId, { role: noticeKinds[kind].of }, kind),

    /** The job that mails "there is something to read": the address is looked up and opened only now. */
    mailNotice: async (account: AccountKey) => {
      const mailbox = mailer && (await mailboxOf(account))
      if (!mailbox) return
      const { email, language } = mailbox
      const letter = writeLetter(translations.to(language), language, 'notice', mailer.linkTo)
      await mailer.send({ ...account, email }, letter)
    },

    /** The newest first. */
    list: (actor: Actor): Promise<Notice[]> =>
      db.asTenant(actor, async trx => withNames(trx, actor, await selectNotices(trx, actor.accountId ?? 0, mostShown))),

    /** The few unread ones for the start page; what a reminder tells of the start page says by itself, as it stands now. */
    unread: async (trx: Trx, actor: Actor): Promise<Notice[]> =>
      withNames(trx, actor, await selectUnread(trx, actor.accountId ?? 0, reminders, mostOnStartPage)),

    /** @throws NotFound when it is nobody's or another's */
    markRead: (actor: Actor, noticeId: string) =>
      db.asTenant(actor, async trx => {
        if ((await markRead(trx, actor.accountId ?? 0, clock(), noticeId)) === 0) throw new NotFound()
      }),

    markAllRead: (actor: Actor) => db.asTenant(actor, trx => markRead(trx, actor.accountId ?? 0, clock())),

    /** An account has dealt with what notices of these kinds told of. */
    settle: (trx: Trx, accountId: number, kinds: readonly NoticeKind[]) =>
      markKindsRead(trx, accountId, kinds, clock()),

    /** What these reminders told of is done, whoever did it. */
    settleForAll: (trx: Trx, kinds: readonly NoticeKind[]) => markKindsReadByAll(trx, kinds, clock()),

    /** Forgets what is older than a year, and addresses that no letter could be sent to. */
    sweep: async (actor: Actor): Promise<void> => {
      await db.asTenant(actor, trx => deleteNoticesBefore(trx, new Date(clock().getTime() - keptMs)))
      await formerAddresses.sweep(actor)
    },
  }
}
export type Notices = ReturnType<typeof createNotices>

const subjectOf = ({ account_id, detail }: NoticeRow): number | null =>
  typeof detail.accountId === 'number' && detail.accountId !== account_id ? detail.accountId : null

const shown = ({ id, kind, created_at, read_at }: NoticeRow, about: string | null): Notice => {
  const { sign, href } = noticeKinds[kind]
  return { id, kind, at: created_at, read: read_at !== null, sign, href, about }
}
