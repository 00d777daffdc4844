import type { Actor } from '../../platform/actor.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { FormatName } from './formats/formats.ts'

/** What somebody asks an export to be. */
export type ExportWish = {
  format: FormatName
  /** Of headings and plain names, where a format has one. */
  language: Language
  /** In its normal form, judged strong enough; null for an export that only keys open. */
  passphrase: string | null
  /** Ids of officers' keys. */
  keyIds: readonly string[]
  /** Only the clients of these groups; left out or empty, every active client. */
  groupIds?: readonly string[]
  /** With hidden addresses: needs the consent of another officer, which it uses up. */
  withHidden?: boolean
  /** Made by itself, by the plan. */
  scheduled?: boolean
}

/**
 * Asks the worker for an export of every active client.
 * @returns the new export's id; with `made: false`, that of the one already under way; null where a key that it should be
 * sealed to is no longer in use
 * @throws Conflict where it should hold hidden addresses without the consent of another officer
 */
export type RequestExport = (actor: Actor, wish: ExportWish) => Promise<{ id: string; made: boolean } | null>
