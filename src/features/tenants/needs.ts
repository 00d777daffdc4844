import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { TenantRow } from './queries.ts'

type Administrator = {
  givenName: string
  familyName: string
  email: string | null
  language: Language
  byLink: boolean
  formId: string
}
export type HandedOver = { login: string; password: string; madeBefore: boolean }

/** @returns false where the form that asks for this organisation has made one already */
export type MakeTenant = (
  id: string,
  tenant: { name: string; language: Language } & Partial<TenantRow>,
  /** What else belongs to the making, in its transaction. */
  alongside?: (trx: Trx) => Promise<unknown>,
) => Promise<boolean>

/** What organisations need of the platform, and of other features through composition. */
export type Needs = {
  db: Db
  unscoped: Unscoped
  vault: Vault
  clock: Clock
  endSession: (account: { tenantId: string; accountId: number }, because: 'suspended') => Promise<unknown>
  /** Makes an account with the administrator's role; `alongside` runs in the same transaction. */
  makeAdministrator: (
    tenantId: string,
    person: Administrator,
    alongside: (trx: Trx, accountId: number) => Promise<unknown>,
  ) => Promise<HandedOver>
  /** Destroys an organisation whose waiting time was over by `dueAt`, and only then: its keys, rows, files and sessions. */
  destroyIfDue: (tenantId: string, dueAt: Date) => Promise<unknown>
  /** Every column that holds sealed values: `table.column`. */
  sealed: readonly string[]
}
