import type { z } from 'zod'
import type { Actor } from '../../../platform/actor.ts'
import type { sealingStream } from '../../../platform/age/streams.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import type { Language } from '../../../platform/i18n/translations.ts'
import type { LogEvent } from '../event.ts'

/** For whom a file is sealed: a passphrase (empty: none), or officers' keys by id. */
export type Chosen = { passphrase: string; keyIds: readonly string[] }

/** How an export is sealed; exports of clients and this one ask and do it alike. */
export type Sealing = {
  /** Holds a passphrase that is strong enough and was typed twice, or at least one key. */
  form: z.ZodType<{ passphrase: string; keyIds: string[] }>
  /** @param body of a form that came back: it suggests the same words again */
  suggestPassphrase: (language: Language, body?: unknown) => string
  keysToChoose: (actor: Actor) => Promise<readonly { id: string; name: string; owner: string }[]>
  /** @returns null where one of the keys is no longer in use */
  recipientsOf: (actor: Actor, chosen: Chosen) => Promise<Parameters<typeof sealingStream>[0] | null>
}

/** Tells the security officers, whoever made it too, that somebody exported the log. */
export type TellOfLogExport = (trx: Trx, tenantId: string, accountId: number) => Promise<unknown>

export type LogExport = { at: Date; timeZone: string; pages: AsyncIterable<readonly LogEvent[]> }
