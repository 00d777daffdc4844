import { createAccountKeyTurning } from '../features/accounts/index.ts'
import type { Clients } from '../features/clients/index.ts'
import type { Messages } from '../features/messages/index.ts'
import { createEncryptionKeys, type PassingPlace, type SealedColumn } from '../features/encryption-keys/index.ts'
import { forgetKey } from '../platform/vault/key-checks.ts'

/** Every column that holds sealed values; a test compares them with the database. */
export const sealedColumns: readonly SealedColumn[] = [
  { column: 'accounts.profile_sealed', key: ['id'] },
  { column: 'accounts.password_sealed', key: ['id'] },
  { column: 'sign_ins.seen_sealed', key: ['id'] },
  { column: 'former_addresses.mailbox_sealed', key: ['id'] },
  { column: 'drafts.fields_sealed', key: ['id'] },
  { column: 'clients.profile_sealed', key: ['id'] },
  { column: 'client_versions.profile_sealed', key: ['client_id', 'version'] },
  { column: 'emergency_contacts.profile_sealed', key: ['id'] },
  { column: 'emergency_contact_versions.profile_sealed', key: ['contact_id', 'version'] },
  { column: 'calls.call_sealed', key: ['id'] },
  { column: 'client_groups.name_sealed', key: ['id'] },
  { column: 'imports.file_sealed', key: ['id'] },
  { column: 'imports.reading_sealed', key: ['id'] },
  { column: 'import_rows.row_sealed', key: ['id'] },
  { column: 'message_threads.subject_sealed', key: ['id'] },
  { column: 'messages.text_sealed', key: ['id'] },
  { column: 'officer_keys.name_sealed', key: ['id'] },
  { column: 'erasures.reason_sealed', key: ['id'] },
  { column: 'unusual_looks.note_sealed', key: ['id'] },
  { column: 'client_restriction_versions.note_sealed', key: ['client_id', 'version'] },
  { column: 'break_glass_cases.reason_sealed', key: ['id'] },
  { column: 'break_glass_cases.judgement_sealed', key: ['id'] },
  { column: 'attachments.facts_sealed', key: ['id'] },
  { column: 'mail_keys.key_sealed', key: ['account_id'] },
  { column: 'mail_signing_keys.pair_sealed', key: ['kind'] },
]

const minute = 60_000

/** Sealed values in Redis, and how long they live. */
export const passingPlaces: readonly PassingPlace[] = [
  { what: 'the name in the header, in session:*', lifeMs: 12 * 60 * minute },
  { what: 'what was searched for, in search:*', lifeMs: 30 * minute },
  { what: 'what was looked for in the log, in log-search:*', lifeMs: 30 * minute },
  { what: 'keys of an export under way, in export-keys:*', lifeMs: 15 * minute },
]

/** A page's ticket, the longest of what is signed: a page left open keeps what is typed into it for so long. */
const signedForMs = 30 * 24 * 60 * minute

type Needs = Parameters<typeof createEncryptionKeys>[0]
type Wired = 'signedForMs' | 'sealed' | 'indexes' | 'passing' | 'notePeppers' | 'forgetKey'

/** Turning keys reaches into every feature that seals or indexes; they meet here. */
export const createKeyTurning = ({
  clients,
  messages,
  ...given
}: Omit<Needs, Wired> & { clients: Clients; messages: Messages }) => {
  const accounts = createAccountKeyTurning(given)
  return createEncryptionKeys({
    ...given,
    sealed: sealedColumns,
    passing: passingPlaces,
    signedForMs,
    indexes: [
      { table: 'clients', keys: 'tenant', reindex: clients.reindex },
      { table: 'messages', keys: 'tenant', reindex: messages.reindex },
      { table: 'account_emails', keys: 'installation', reindex: accounts.reindexEmails },
    ],
    notePeppers: accounts.notePeppers,
    forgetKey,
  })
}
