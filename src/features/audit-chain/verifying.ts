import type { Db } from '../../platform/db/tenant.ts'
import type { ChainKeys } from './chain-keys.ts'
import type { Finding, FindingKind } from './findings.ts'
import { createHashes, macLength, nextPlace, noHead, type Hashes, type Seal } from './hashing.ts'
import {
  boundsOf,
  countUnsealed,
  eventsBefore,
  findSeal,
  lastOfKind,
  selectSeals,
  selectStrays,
  type Bounds,
  type SealedEvents,
} from './queries.ts'

type Needs = { db: Db; keys: ChainKeys }
export type Verified = {
  tenantId: string
  /** Events looked at, those not sealed yet, and those that were removed because their time was over. */
  events: number
  waiting: number
  removed: number
  lastSeal: number
  findings: Finding[]
  /** How many findings there are beside those listed. */
  more: number
}
/** `from`: only seals from this number on are looked at, and what was before is believed. */
export type Wish = { from?: number; tell?: (events: number) => void; signal?: AbortSignal }

/** Findings listed of one chain. */
const mostListed = 1000
/** Events asked for at once. */
const eventsAPage = 20_000
/** A transaction says when it began; one that lasts longer than this writes no events. */
const longestTransactionMs = 60 * 60_000

/** What a stub vouches for: the chain began before, up to this seal, which had this head. */
export type Stub = { through: number; head: string; events: number }
export const stubIn = ({ detail }: Pick<Seal, 'detail'>): Stub | null => {
  try {
    const { through, head, events } = JSON.parse(detail) as Partial<Stub>
    return typeof through === 'number' && typeof head === 'string' && typeof events === 'number'
      ? { through, head, events }
      : null
  } catch {
    return null
  }
}
const saysMore = ({ detail }: Pick<Seal, 'detail'>): boolean => detail.includes('"more":true')

/** Walks a chain from its beginning and compares every event and every link with what was sealed. Changes nothing. */
export const createVerifying = ({ db, keys }: Needs) => {
  const listed = () => {
    const findings: Finding[] = []
    let more = 0
    const add = (finding: Finding) => {
      if (findings.length < mostListed) findings.push(finding)
      else more += 1
    }
    return { findings, add, more: () => more }
  }

  const verify = async (tenantId: string, { from, tell = () => undefined, signal }: Wish = {}): Promise<Verified> => {
    const { findings, add, more } = listed()
    const note = (kind: FindingKind, what: Omit<Finding, 'kind' | 'tenantId'>) => add({ kind, tenantId, ...what })
    const asTenant = <T>(work: Parameters<typeof db.asTenant<T>>[1]) => db.asTenant({ tenantId }, work)

    const { bounds, stub, before } = await asTenant(async trx => {
      const found = await boundsOf(trx)
      const start = found && from !== undefined && from > found.first ? await findSeal(trx, from - 1) : null
      const vouching = await lastOfKind(trx, 'removed')
      return { bounds: found, stub: vouching && stubIn(vouching), before: start }
    })
    const state = beginning(bounds, stub, before)
    if (bounds && !state.vouched) note('seals-missing', { seal: bounds.first })

    const hashes = new Map<number, Hashes | null>()
    const hashesOf = async (keyId: number): Promise<Hashes | null> => {
      const known = hashes.get(keyId)
      if (known !== undefined) return known
      const key = await keys.find(keyId)
      const made = key && createHashes(key, tenantId)
      if (!made) note('key-missing', { keyId })
      hashes.set(keyId, made)
      return made
    }

    let events = 0
    let most = 20
    for (const upTo = bounds?.last ?? 0; state.number < upTo;) {
      signal?.throwIfAborted()
      const page = await asTenant(trx => selectSeals(trx, state.number, upTo, most))
      if (page.length === 0) {
        note('seals-missing', { seal: upTo + 1 })
        break
      }
      for (const seal of page) {
        if (seal.number !== state.number + 1) note('seals-missing', { seal: seal.number })
        const own = await hashesOf(seal.keyId)
        if (own && !isWhole(own, state, seal)) note('seal-altered', { seal: seal.number })
        if (own) compareEvents(own, seal, note)
        const { drainedAt } = state
        if (drainedAt && seal.earliest && seal.earliest < drainedAt)
          for (const eventId of await asTenant(trx => eventsBefore(trx, seal.eventIds, drainedAt)))
            note('backdated', { eventId, seal: seal.number })
        pass(state, seal)
        events += seal.eventIds.length
      }
      tell(events)
      most = Math.min(500, Math.max(1, Math.floor(eventsAPage / (1 + sizeOf(page) / page.length))))
    }

    const { waiting, backdated } = await asTenant(trx => countUnsealed(trx, state.drainedAt, mostListed))
    for (const eventId of backdated) note('backdated', { eventId })
    for (const eventId of await asTenant(trx => selectStrays(trx, mostListed))) note('inserted', { eventId })
    return {
      tenantId,
      events,
      waiting,
      removed: stub?.events ?? 0,
      lastSeal: bounds?.last ?? 0,
      findings,
      more: more(),
    }
  }

  return { verify }
}
export type Verifying = ReturnType<typeof createVerifying>

/** How far a walk has come. `drainedAt`: what is sealed from here on was written after this; null where that is not known yet. */
type State = { number: number; head: Buffer; place: number; drainedAt: Date | null; vouched: boolean }

const beginning = (bounds: Bounds | null, stub: Stub | null, before: Seal | null): State => {
  if (before)
    return { number: before.number, head: before.head, place: nextPlace(before), drainedAt: null, vouched: true }
  if (!bounds || bounds.first === 1) return { number: 0, head: noHead, place: 1, drainedAt: null, vouched: true }
  const vouched = stub?.through === bounds.first - 1
  return {
    number: bounds.first - 1,
    head: vouched ? Buffer.from(stub.head, 'hex') : noHead,
    place: vouched ? stub.events + 1 : 1,
    drainedAt: null,
    vouched,
  }
}

const pass = (state: State, seal: Seal) => {
  state.number = seal.number
  state.head = seal.head
  state.place = nextPlace(seal)
  if (seal.kind === 'events' && !saysMore(seal))
    state.drainedAt = new Date(seal.sealedAt.getTime() - longestTransactionMs)
}

const isWhole = (hashes: Hashes, state: State, seal: SealedEvents): boolean =>
  seal.exact && seal.first === state.place && hashes.headOf(state.head, seal).equals(seal.head)

const compareEvents = (
  hashes: Hashes,
  { number, eventIds, macs, texts }: SealedEvents,
  note: (kind: FindingKind, what: Omit<Finding, 'kind' | 'tenantId'>) => void,
) => {
  for (const [index, eventId] of eventIds.entries()) {
    const text = texts[index] ?? ''
    if (text === '') {
      note('removed', { eventId, seal: number })
      continue
    }
    const mac = hashes.macOf(text)
    const at = index * macLength
    if (mac.compare(macs, at, at + macLength) === 0) continue
    note(isAmong(mac, macs) ? 'reordered' : 'edited', { eventId, seal: number })
  }
}

const isAmong = (mac: Buffer, macs: Buffer): boolean => {
  for (let at = macs.indexOf(mac); at >= 0; at = macs.indexOf(mac, at + 1)) if (at % macLength === 0) return true
  return false
}

const sizeOf = (page: readonly Seal[]): number => page.reduce((sum, { eventIds }) => sum + eventIds.length, 0)
