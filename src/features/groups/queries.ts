import { ask, type Trx } from '../../platform/db/tenant.ts'

export type GroupRow = {
  tenant_id: string
  id: string
  name_sealed: Buffer
  created_at: Date
  created_by: number | null
}
type MemberRow = { tenant_id: string; group_id: string; client_id: string }
const groups = (trx: Trx) => trx<GroupRow>('client_groups')
const members = (trx: Trx) => trx<MemberRow>('client_group_members')

export const insertGroup = async (trx: Trx, row: GroupRow): Promise<boolean> =>
  (await groups(trx).insert(row).onConflict(['tenant_id', 'id']).ignore().returning('id')).length > 0

export const selectGroups = (trx: Trx): Promise<Pick<GroupRow, 'id' | 'name_sealed'>[]> =>
  groups(trx).select('id', 'name_sealed')

export const selectGroup = (trx: Trx, id: string): Promise<Pick<GroupRow, 'id' | 'name_sealed'> | undefined> =>
  groups(trx).where({ id }).first('id', 'name_sealed')

/** As selectGroup; nobody else renames or removes it until the transaction ends. */
export const lockGroup = (trx: Trx, id: string): Promise<Pick<GroupRow, 'id' | 'name_sealed'> | undefined> =>
  groups(trx).where({ id }).forUpdate().first('id', 'name_sealed')

export const updateName = (trx: Trx, id: string, name_sealed: Buffer) =>
  groups(trx).where({ id }).update({ name_sealed })

export const deleteGroup = (trx: Trx, id: string) => groups(trx).where({ id }).delete()

export const selectGroupsOf = async (trx: Trx, clientId: string): Promise<string[]> => {
  const rows = await ask<MemberRow>(trx, 'select group_id from client_group_members where client_id = ?', [clientId])
  return rows.map(row => row.group_id)
}

/** The groups of these clients, sealed, a row for each client and group. */
export const selectGroupsOfMany = (
  trx: Trx,
  clientIds: readonly string[],
): Promise<(Pick<GroupRow, 'id' | 'name_sealed'> & Pick<MemberRow, 'client_id'>)[]> =>
  ask(
    trx,
    `select member.client_id, client_groups.id, client_groups.name_sealed
       from client_group_members member join client_groups on client_groups.id = member.group_id
      where member.client_id = any(?::uuid[])`,
    [clientIds],
  )

/** Active members of groups, each client once, in the order of their ids. */
export const selectMembers = (trx: Trx, groupIds: readonly string[]): Promise<string[]> =>
  members(trx)
    .whereIn('group_id', groupIds)
    .join('clients', 'clients.id', 'client_group_members.client_id')
    .where('clients.status', 'active')
    .distinct('client_id')
    .orderBy('client_id')
    .pluck('client_id')

/** How many active clients are in each group; a group without any is left out. */
export const countMembers = async (trx: Trx): Promise<Map<string, number>> => {
  const rows = (await members(trx)
    .join('clients', 'clients.id', 'client_group_members.client_id')
    .where('clients.status', 'active')
    .groupBy('group_id')
    .select('group_id', trx.raw('count(*)::int as count'))) as unknown as { group_id: string; count: number }[]
  return new Map(rows.map(({ group_id, count }) => [group_id, count]))
}

export const insertMembers = (trx: Trx, rows: readonly MemberRow[]) => members(trx).insert([...rows])

export const deleteMembers = (trx: Trx, clientId: string, groupIds: readonly string[]) =>
  members(trx).where({ client_id: clientId }).whereIn('group_id', groupIds).delete()
