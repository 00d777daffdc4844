import { installationId } from '../actor.ts'
import type { Trx } from '../db/tenant.ts'
import type { Language } from '../i18n/translations.ts'
import { enqueue } from '../jobs/jobs.ts'
import { MailFault } from './mail-fault.ts'
import type { Addressee } from './mailer.ts'

/** Where an operator is written to. */
export type OperatorMailbox = Addressee & { language: Language }

/**
 * Sends something to each of several people, of whom one's mailbox may refuse while the others' take it.
 * @returns how many have it, and for whom it is left to the queue
 * @throws the fault where nobody has it and not their mailboxes are why: the whole is to be tried again
 */
export const sendToEach = async <Person>(people: readonly Person[], send: (to: Person) => Promise<void>) => {
  const sent = await Promise.allSettled(people.map(send))
  const faults = sent.map(result => (result.status === 'rejected' ? (result.reason as Error) : null))
  const refused = people.filter((_, at) => faults[at] !== null)
  const told = people.length - refused.length
  const server = faults.find(fault => fault !== null && !(fault instanceof MailFault && fault.mailboxIsGone))
  if (told === 0 && server) throw server
  return { told, refused }
}

/** Each operator who could not be told has one letter in the queue: the newest. */
export const leaveToQueue = async (
  trx: Trx,
  job: 'mail.backup' | 'mail.chain',
  refused: readonly Pick<OperatorMailbox, 'accountId'>[],
): Promise<void> => {
  for (const { accountId } of refused)
    await enqueue(trx, job, { tenantId: installationId, accountId }, { key: `${job} ${accountId}` })
}
