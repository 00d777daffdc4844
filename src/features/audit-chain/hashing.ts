import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

export const sealKinds = ['begun', 'events', 'removed', 'restored'] as const
export type SealKind = (typeof sealKinds)[number]

/** One link of a chain: some events, or a word about the chain itself, and the hash of all that went before. */
export type Seal = {
  number: number
  kind: SealKind
  /** The place in the chain of its first event, from 1. */
  first: number
  eventIds: readonly string[]
  /** 16 bytes of each event. */
  macs: Buffer
  /** JSON, letter by letter as it was sealed. */
  detail: string
  keyId: number
  sealedAt: Date
  head: Buffer
}

/** Bytes kept of an event's HMAC: nobody without the key hits 128 bits by trying. */
export const macLength = 16
/** What stands before the first seal. */
export const noHead = Buffer.alloc(32)

/**
 * The two hashes of one chain (HMAC-SHA256, RFC 2104), each with a key of its own derived for this organisation, so that neither an
 * event nor a seal of one chain is good in another.
 */
export const createHashes = (chainKey: Buffer, tenantId: string) => {
  const keyFor = (what: string): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', chainKey, tenantId, `ostoja audit ${what}`, 32)))
  const [ofEvents, ofSeals] = [keyFor('event'), keyFor('seal')]
  return {
    /** @param text the event as `queries.ts` writes it out; empty for one that is not there */
    macOf: (text: string | Buffer): Buffer =>
      createHmac('sha256', ofEvents).update(text).digest().subarray(0, macLength),

    headOf: (before: Buffer, seal: Omit<Seal, 'head'>): Buffer =>
      createHmac('sha256', ofSeals)
        .update(
          JSON.stringify([
            1,
            before.toString('hex'),
            seal.number,
            seal.kind,
            seal.first,
            seal.eventIds,
            seal.detail,
            seal.keyId,
            seal.sealedAt.toISOString(),
          ]),
        )
        .update(seal.macs)
        .digest(),
  }
}
export type Hashes = ReturnType<typeof createHashes>

/** Where the chain goes on after a seal. */
export const nextPlace = (seal: Pick<Seal, 'first' | 'eventIds'>): number => seal.first + seal.eventIds.length
