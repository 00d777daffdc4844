/** How a call ended. */
export const outcomes = ['reached', 'no-answer', 'voicemail', 'wrong-number'] as const
export type Outcome = (typeof outcomes)[number]

/** What is known of a call; sealed as one document. `number` is as it was typed into the record at the time. */
export type CallProfile = { who: string; number: string; note: string | null }

/** A logged call; `contactId` is null where the client was called, `by` where the account is no more. */
export type Call = CallProfile & { id: string; contactId: string | null; outcome: Outcome; at: Date; by: string | null }

/** Calls of the last hours are one round of trying to reach somebody. */
export const roundHours = 6
