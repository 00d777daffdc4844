import type { Callability } from './times.ts'

type Candidate<Id> = { id: Id; phones: readonly { typed: string; callable: Callability }[] }
type Attempt<Id> = { contactId: Id | null; number: string; at: Date }

/** What is known comes before what is not. Nobody is next whose numbers must not ring now, or who does not answer now. */
const preferred = ['now', 'not-stated'] as const satisfies readonly Callability['state'][]

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
