import type { Trx } from '../../platform/db/tenant.ts'

/**
 * `found`: the right number was read out of the export; `differs`: another was; `missing`: none; `gone`: the record can no
 * longer be compared by whoever holds the drill, for it was erased or restricted meanwhile.
 */
export type Outcome = 'found' | 'differs' | 'missing' | 'gone'
export type DrilledPerson = { clientId: string; outcome: Outcome | null }
export const troubles = ['none', 'file', 'secret', 'computer', 'person', 'other'] as const
export type Trouble = (typeof troubles)[number]

export type DrillRow = {
  tenant_id: string
  id: string
  account_id: number
  started_at: Date
  finished_at: Date | null
  people: DrilledPerson[]
  export_id: string | null
  trouble: Trouble | null
  passed: boolean | null
}

const shown = 100

export const selectDrills = (trx: Trx): Promise<DrillRow[]> =>
  trx<DrillRow>('drills')
    .orderBy([{ column: 'started_at', order: 'desc' }, 'id'])
    .limit(shown)

export const findDrill = (trx: Trx, id: string): Promise<DrillRow | undefined> =>
  trx<DrillRow>('drills').where({ id }).first()

/** Under way, and begun by this account. */
export const lockOwnRunning = (trx: Trx, id: string, accountId: number): Promise<DrillRow | undefined> =>
  trx<DrillRow>('drills').where({ id, account_id: accountId }).whereNull('finished_at').forUpdate().first()

export const insertDrill = (
  trx: Trx,
  { people, ...row }: Pick<DrillRow, 'tenant_id' | 'id' | 'account_id' | 'started_at' | 'people'>,
) => trx('drills').insert({ ...row, people: JSON.stringify(people) })

export const finishDrill = (
  trx: Trx,
  id: string,
  { people, ...result }: Pick<DrillRow, 'finished_at' | 'people' | 'export_id' | 'trouble' | 'passed'>,
) =>
  trx('drills')
    .where({ id })
    .update({ ...result, people: JSON.stringify(people) })

export const selectLastPassed = async (trx: Trx): Promise<Date | null> => {
  const row = await trx<DrillRow>('drills')
    .where({ passed: true })
    .max('finished_at as at')
    .first<{ at: Date | null }>()
  return row.at
}
