/**
 * What can be found in a log that was changed by hand. `edited`, `removed`, `inserted`, `reordered`: one event; `backdated`: one that says
 * it is older than the time it was written at; `seal-altered`: a link of the chain itself; `seals-missing`: links; `cut-off`: the newest
 * ones, which a checkpoint knows; `rewritten`: other ones than the checkpoint knows; `key-missing`: what the chain is verified with; `checkpoint-unreadable`: the
 * checkpoint in the store was altered, or is of another key.
 */
export const findingKinds = [
  'edited',
  'removed',
  'inserted',
  'reordered',
  'backdated',
  'seal-altered',
  'seals-missing',
  'cut-off',
  'rewritten',
  'key-missing',
  'checkpoint-unreadable',
] as const
export type FindingKind = (typeof findingKinds)[number]

export type Finding = {
  kind: FindingKind
  tenantId: string
  /** Of an event. */
  eventId?: string
  /** Of a link of the chain. */
  seal?: number
  /** How many events. */
  events?: number
  /** Which key. */
  keyId?: number
}

const sentences: Record<FindingKind, (finding: Finding) => string> = {
  edited: ({ eventId, seal }) => `event ${eventId} was changed after it was sealed (seal ${seal})`,
  removed: ({ eventId, seal }) => `event ${eventId} was removed (seal ${seal})`,
  inserted: ({ eventId }) => `event ${eventId} stands outside the chain: it was put in by hand`,
  reordered: ({ eventId, seal }) => `event ${eventId} stands in another place than it was sealed in (seal ${seal})`,
  backdated: ({ eventId }) => `event ${eventId} says that it is older than it can be: it was put in afterwards`,
  'seal-altered': ({ seal }) => `seal ${seal} is not what was sealed: it was changed, or put in by hand`,
  'seals-missing': ({ seal }) => `seals are missing before seal ${seal}`,
  'cut-off': ({ seal, events }) =>
    `the newest part was cut off: the checkpoint knows seal ${seal} with ${events} events in all, and the chain ends before it`,
  rewritten: ({ seal }) => `the chain up to seal ${seal} is another one than the checkpoint knows`,
  'key-missing': ({ keyId }) => `the key ${keyId} that the chain was sealed with is gone from the database`,
  'checkpoint-unreadable': () =>
    'the checkpoint in the store was altered, or was signed with a key that this database does not have',
}

/** A finding as a sentence for an operator. */
export const sentenceOf = (finding: Finding): string => sentences[finding.kind](finding)
