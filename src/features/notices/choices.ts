import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { kindsFor, noticeKinds, type NoticeKind } from './kinds.ts'
import { putChoices, selectChoices } from './queries.ts'

/** What somebody is told of: always, and what they have chosen to get by e-mail too or not. */
export type Choices = { always: NoticeKind[]; chosen: { kind: NoticeKind; mail: boolean }[] }

/** Whether a notice comes by e-mail too: chosen by each person for each kind that is not about security. */
export const createNoticeChoices = (db: Db) => ({
  choicesOf: (actor: Actor): Promise<Choices> =>
    db.asTenant(actor, async trx => {
      const said = new Map(
        (await selectChoices(trx, [actor.accountId ?? 0])).map(({ kind, by_mail }) => [kind, by_mail]),
      )
      return {
        always: kindsFor('security', actor.roles),
        chosen: kindsFor('work', actor.roles).map(kind => ({ kind, mail: said.get(kind) ?? noticeKinds[kind].mail })),
      }
    }),

  /** @param mailed of the kinds that this person is asked about, those that shall come by e-mail too */
  choose: (actor: Actor, mailed: ReadonlySet<string>): Promise<void> =>
    db.asTenant(actor, async trx => {
      const kinds = kindsFor('work', actor.roles)
      if (kinds.length > 0)
        await putChoices(
          trx,
          kinds.map(kind => ({
            tenant_id: actor.tenantId,
            account_id: actor.accountId ?? 0,
            kind,
            by_mail: mailed.has(kind),
          })),
        )
      const detail = { mailed: kinds.filter(kind => mailed.has(kind)) }
      await record(trx, actor, 'account.notices-chosen', actor.accountId ?? undefined, detail)
    }),
})

/** Of some accounts, those who get a kind by e-mail too. */
export const wantMail = async (trx: Trx, accountIds: readonly number[], kind: NoticeKind): Promise<number[]> => {
  const { class: about, mail } = noticeKinds[kind]
  if (about === 'security') return [...accountIds]
  const said = new Map((await selectChoices(trx, accountIds, kind)).map(row => [row.account_id, row.by_mail]))
  return accountIds.filter(id => said.get(id) ?? mail)
}
