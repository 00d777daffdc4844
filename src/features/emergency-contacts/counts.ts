import { ask, type Trx } from '../../platform/db/tenant.ts'

/** How many contacts each of these clients has; a client without any is left out. */
export const countContacts = async (trx: Trx, clientIds: readonly string[]): Promise<Map<string, number>> => {
  const rows = await ask<{ client_id: string; count: number }>(
    trx,
    `select client_id, count(*)::int as count from emergency_contacts where client_id = any(?::uuid[]) group by client_id`,
    [clientIds],
  )
  return new Map(rows.map(({ client_id, count }) => [client_id, count]))
}

/** How many active clients have no contact; row-level security leaves out those the account may not see. */
export const countWithoutContacts = async (trx: Trx): Promise<number> => {
  const [counted] = await ask<{ count: number }>(
    trx,
    `select count(*)::int as count from clients where status = 'active'
        and not exists (select from emergency_contacts contact where contact.client_id = clients.id and contact.rank = 1)`,
    [],
  )
  return counted?.count ?? 0
}
