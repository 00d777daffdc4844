import { OperatorFault } from '../../platform/errors.ts'

/** What can be wrong with a backup, with making one, or with bringing one back. Kept in the database and shown by these names. */
export const problems = {
  'not-a-backup': 'This is no backup of Ostoja; give a file that "bin/ostoja backup fetch" brought.',
  'manifest-missing':
    'The manifest of this backup is not beside it; fetch both with "bin/ostoja backup fetch", or put the .manifest file beside the .age file.',
  cut: 'The backup was cut: its end is missing; fetch it again, or take another one.',
  altered: 'The backup was altered or damaged; take another copy of it, or another one.',
  'wrong-identity':
    'This identity does not open the backup; use the one from the recovery kit of the installation that made it.',
  'missing-root-key':
    'A root key that the backup needs is missing here; put it back from the recovery kit with "bin/ostoja recovery-kit open".',
  'newer-schema': 'The backup is of a newer Ostoja than this one; use the version that made it, or a newer one.',
  'database-not-empty':
    'The database to restore into is not empty, so nothing was changed; give an empty one (createdb makes one).',
  'disk-full': 'There is no room left on the disk for it; make room and try again.',
  'server-too-old':
    'The PostgreSQL server is older than the one that the backup was made of; restore into that version or a newer one.',
  'tool-missing':
    'There are no PostgreSQL programs that are new enough for this server; install them (Debian: postgresql-client), or name their folder in PG_BIN.',
  'no-recipients':
    'There is no public key to seal backups to; make the keys with "bin/ostoja keys create", or put age public keys into backup-recipients.',
  'not-configured':
    'Backups need BACKUP_DATABASE_URL, a login in the role ostoja_backup; set it for the worker and for this command.',
  'database-unreachable':
    'The database could not be read; see whether PostgreSQL runs and BACKUP_DATABASE_URL is right.',
  'dump-failed': 'pg_dump failed before its end; see its words in the log, mend that and try again.',
  'store-unreachable': 'The backup store could not be reached or written to; see BACKUP_STORE and try again.',
  'already-running': 'A backup is being made or proven already; wait for it.',
  interrupted: 'It was interrupted: the process that worked on it ended before it was done.',
  'no-drill-database':
    'There is no database server to prove backups in; set DRILL_DATABASE_URL to a login that may create databases.',
  'no-drill-identity':
    'There is no identity here to open backups with; run "bin/ostoja backup drill --identity FILE" with the one from the recovery kit.',
  'restore-failed': 'pg_restore failed before its end, so nothing was restored; see its words above.',
  'counts-differ': 'What was restored differs from the manifest: a table has more or fewer rows than were backed up.',
  'rows-do-not-open': 'Rows were restored that do not open with the keys there are.',
  'audit-differs':
    'The last audit event of an organisation, or the end of its log’s chain, is another one than was backed up.',
  fault: 'Something unexpected went wrong; see the log.',
} as const
export type Problem = keyof typeof problems

/** One of the problems above, as one sentence for an operator. */
export class BackupFault extends OperatorFault {
  readonly problem: Problem
  /** What exactly, for the terminal only: it may quote a server. */
  readonly detail: string | null
  constructor(problem: Problem, detail: string | null = null) {
    super(detail ? `${problems[problem]} (${detail})` : problems[problem])
    this.problem = problem
    this.detail = detail
  }
}

/** Whether PostgreSQL says that its disk is full; with no room at all it cannot even begin a session, and says only that. */
export const saysNoRoom = (text: string): boolean =>
  /No space left on device|could not extend file|could not write init file/.test(text)

/** Which problem a fault is. */
export const problemOf = (fault: unknown): Problem => {
  if (fault instanceof BackupFault) return fault.problem
  const { code } = fault as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === '53100') return 'disk-full'
  return 'fault'
}
