import type { Accounts } from '../features/accounts/index.ts'
import { installationId } from '../platform/actor.ts'
import type { Db } from '../platform/db/tenant.ts'
import type { OperatorMailbox } from '../platform/mail/send-to-each.ts'

/** The mailboxes of everybody who runs the installation, for what tells them that something is wrong with it. */
export const operatorMailboxes =
  ({ db, accounts }: { db: Db; accounts: Accounts }) =>
  async (): Promise<OperatorMailbox[]> => {
    const ids = await db.asTenant({ tenantId: installationId }, trx => accounts.activeWith(trx, 'operator'))
    const mailboxes = await Promise.all(
      ids.map(async accountId => {
        const mailbox = await accounts.mailbox({ tenantId: installationId, accountId })
        return mailbox && { tenantId: installationId, accountId, ...mailbox }
      }),
    )
    return mailboxes.flatMap(mailbox => mailbox ?? [])
  }
