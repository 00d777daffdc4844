import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/db/tenant.ts'
import type { Translations } from '../../platform/i18n/translations.ts'
import type { Mailer } from '../../platform/mail/mailer.ts'
import type { OperatorMailbox } from '../../platform/mail/send-to-each.ts'
import type { KeySource } from '../../platform/vault/key-files.ts'
import type { SealedColumn } from './scratch/queries.ts'

export type BackupSettings = Readonly<{
  /** A login in the role ostoja_backup; null in a process that makes no backups. */
  databaseUrl: string | null
  /** A login that may create databases; null where backups cannot be proven. */
  drillDatabaseUrl: string | null
  store: string
  s3: { endpoint: string | null; region: string; keyId: string; secret: string } | null
  keysDir: string
  time: string
  timeZone: string
  drill: 'automatic' | 'by-hand'
  keep: { daily: number; weekly: number; monthly: number }
  pgBin: string | null
}>

export type Needs = {
  db: Db
  clock: Clock
  log: Logger
  settings: BackupSettings
  /** Root keys: they sign manifests, and open what a drill restores. */
  roots: KeySource & { reload?: () => Promise<unknown> }
  sealed: readonly SealedColumn[]
  version: string
  ledgerFile: string
  translations: Translations
  /** Null where this installation sends no mail. */
  mailer: Mailer | null
  /** The mailboxes of everybody who runs the installation. */
  operators: () => Promise<OperatorMailbox[]>
}

/** How far something is: bytes done, of about so many. */
export type Progress = { phase: 'dump' | 'check' | 'restore' | 'compare'; done: number; total: number }
export type Tell = (progress: Progress) => void
