import type { Callability } from './times.ts'

type Candidate<Id> = { id: Id; phones: readonly { typed: string; callable: Callability }[] }
type Attempt<Id> = { contactId: Id | null; number: string; at: Date }

/** What is known comes before what is not. Nobody is next whose numbers must not ring now, or who does not answer now. */
const preferred = ['now', 'not-stated'] as const satisfies readonly Callability['state'][]

export const nobodyReasons = ['no-number', 'not-dialable', 'wrong-number', 'unusable', 'never', 'hours'] as const
/** Why there is nobody to call now: what is so of all numbers, and the hour only where another hour would help. */
export type NobodyReason = (typeof nobodyReasons)[number]

/** Why {@link nextInLine} finds nobody. @param contacts at least one */
export const whyNobody = (contacts: readonly { phones: readonly { callable: Callability }[] }[]): NobodyReason => {
  const states = contacts.flatMap(({ phones }) => phones.map(({ callable }) => callable))
  const reasons = new Set(states.map(callable => (callable.state === 'not-now' ? callable.because : null)))
  if (reasons.size === 0) return 'no-number'
  if (states.some(callable => callable.state === 'not-now' && callable.next)) return 'hours'
  if (reasons.has('do-not-call') || reasons.has('not-reachable')) return 'never'
  if (reasons.size > 1) return 'unusable'
  return reasons.has('wrong-number') ? 'wrong-number' : 'not-dialable'
}

/**
 * Whom to call next, null where nobody is to be called now:
 *
 * 1. the first in the client's own order with a number that is reachable now and was not tried in this round;
 * 2. else the first with a number of which no hours are stated, and which was not tried in this round;
 * 3. else, when all of these were tried, the one of them whose last call is longest ago.
 *
 * @param contacts in the client's own order
 * @param round the calls of this round, the latest first
 */
export const nextInLine = <Id>(contacts: readonly Candidate<Id>[], round: readonly Attempt<Id>[]): Id | null => {
  const callsTo = (id: Id) => round.filter(({ contactId }) => contactId === id)
  const untried = ({ id, phones }: Candidate<Id>) => {
    const tried = new Set(callsTo(id).map(({ number }) => number))
    return phones.filter(({ typed }) => !tried.has(typed))
  }
  for (const state of preferred) {
    const first = contacts.find(contact => untried(contact).some(({ callable }) => callable.state === state))
    if (first) return first.id
  }
  const open = contacts.filter(({ phones }) => phones.some(({ callable }) => callable.state !== 'not-now'))
  const lastCall = ({ id }: Candidate<Id>) => callsTo(id)[0]?.at.getTime() ?? 0
  return open.toSorted((one, other) => lastCall(one) - lastCall(other))[0]?.id ?? null
}
