import type { Readable } from 'node:stream'
import type { Actor } from '../../platform/actor.ts'

/** One backup, as its page shows it; names of problems have their words in the catalogue `backup-desk`. */
export type ListedBackup = {
  id: string
  asked_at: Date
  night: string | null
  status: 'waiting' | 'running' | 'made' | 'failed' | 'removed'
  failure: string | null
  finished_at: Date | null
  done_bytes: string
  about_bytes: string
  size: string | null
  rows: string | null
  proof: 'none' | 'running' | 'proven' | 'failed'
  proof_failure: string | null
  proof_started_at: Date | null
  proof_finished_at: Date | null
  opened_rows: number | null
}
export type BackupState = {
  right: boolean
  wrong: readonly string[]
  why: string | null
  madeAt: Date | null
  provenAt: Date | null
  busy: boolean
}
export type Part = 'data' | 'manifest'
export type Proved =
  { outcome: 'right' } | { outcome: 'wrong' } | { outcome: 'slow-down'; seconds: number; problem: string }

/** What the pages need of the backups, and of whoever can tell whether somebody is who they say. */
export type Needs = {
  backups: {
    list: (actor: Actor) => Promise<readonly ListedBackup[]>
    state: () => Promise<BackupState>
    request: (actor: Actor) => Promise<string>
    /** Throws NotFound; that it was opened is on record first. */
    open: (actor: Actor, id: string, part: Part) => Promise<{ name: string; size: number; stream: Readable }>
  }
  /** Asks an operator for the password once more; wrong ones are counted. */
  prove: (actor: Actor, typed: { password: string }) => Promise<Proved>
}
