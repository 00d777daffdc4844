import { lockName } from '../../platform/db/named-lock.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Kind } from './key.ts'

type KeyRow = { tenant_id: string; account_id: number; key_sealed: Buffer; changed_at: Date }
type SigningRow = { tenant_id: string; kind: Kind; pair_sealed: Buffer; made_at: Date }

export const findKey = (trx: Trx, accountId: number): Promise<KeyRow | undefined> =>
  trx<KeyRow>('mail_keys').where({ account_id: accountId }).first()

export const putKey = (trx: Trx, row: KeyRow) =>
  trx<KeyRow>('mail_keys').insert(row).onConflict(['tenant_id', 'account_id']).merge(['key_sealed', 'changed_at'])

/** @returns whether there was one */
export const deleteKey = async (trx: Trx, accountId: number): Promise<boolean> =>
  (await trx<KeyRow>('mail_keys').where({ account_id: accountId }).delete()) > 0

/** Whoever makes a signing key is alone at it until the transaction ends. */
export const lockSigning = (trx: Trx, kind: Kind) => lockName(trx, `ostoja mail signing key ${kind}`)

export const findSigning = (trx: Trx, kind: Kind): Promise<SigningRow | undefined> =>
  trx<SigningRow>('mail_signing_keys').where({ kind }).first()

export const putSigning = (trx: Trx, row: SigningRow) =>
  trx<SigningRow>('mail_signing_keys').insert(row).onConflict(['tenant_id', 'kind']).merge(['pair_sealed', 'made_at'])
