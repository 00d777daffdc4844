import { installationId } from '../../platform/actor.ts'
import { readMailFault, type MailFaultKind } from '../../platform/mail/mail-fault.ts'
import type { JobRow } from './queries.ts'

/** A letter that was tried and is not sent. */
export type UnsentLetter = Pick<JobRow, 'id' | 'task' | 'state' | 'attempts' | 'most' | 'run_at' | 'tried_at'> & {
  /** The name of the organisation it is for; null where that is gone, or the letter is for operators. */
  organisation: string | null
  /** It is for somebody who runs the installation: the number of their account, where the letter is for one of them alone. */
  operator: { number: number | null } | null
  fault: MailFaultKind
  /** As the queue keeps it: a kind and a number. */
  kept: string
  /** Whether there is still something to send. */
  canBeTried: boolean
}

/** @param names of organisations, by id */
export const shownLetter = (row: JobRow, names: ReadonlyMap<string, string>): UnsentLetter => {
  const { id, task, state, attempts, most, run_at, tried_at, last_error, tenant_id, account_id } = row
  const isOperators = tenant_id === installationId
  const fault = readMailFault(last_error) ?? 'OTHER'
  return {
    ...{ id, task, state, attempts, most, run_at, tried_at, fault },
    organisation: isOperators ? null : (names.get(tenant_id ?? '') ?? null),
    operator: isOperators ? { number: account_id } : null,
    kept: last_error ?? '',
    canBeTried: fault !== 'CONTENTS_GONE',
  }
}
