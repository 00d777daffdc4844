import { setTimeout as pause } from 'node:timers/promises'
import { installationId, systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { OperatorFault } from '../../platform/errors.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { createAnchoring } from './anchoring.ts'
import { createChainKeys } from './chain-keys.ts'
import { codeOf } from './checkpoints.ts'
import { createComparing } from './comparing.ts'
import type { Finding } from './findings.ts'
import { createLetters } from './letters.ts'
import type { Needs } from './needs.ts'
import {
  boundsOf,
  findState,
  firstSealSince,
  lastSeal,
  lockChain,
  putState,
  selectLag,
  selectSealed,
  selectSealedAt,
  selectTenants,
  type ChainState,
} from './queries.ts'
import { createRetention } from './retention.ts'
import { createSealing } from './sealing.ts'
import { createVerifying, type Verified, type Wish } from './verifying.ts'

const realm = systemActor(installationId)
const sealEveryMs = 2_000
const anchorEveryMs = 60_000
/** What the nightly look takes in: longer than a day, so that one missed night leaves no gap. */
const newestMs = 3 * 24 * 60 * 60_000

export type ChainStanding = {
  waiting: number
  lagMs: number
  sealedAt: Date | null
  passedAt: Date | null
  anchoredAt: Date | null
  verifiedAt: Date | null
  verifiedEvents: number
  findings: string[]
}

/** The log as a chain: sealed as it is written, anchored outside the database, looked through by night, and shortened in time. */
export const createAuditChain = (needs: Needs) => {
  const { db, unscoped, clock, log } = needs
  const keys = createChainKeys(needs)
  const sealing = createSealing({ ...needs, keys })
  const verifying = createVerifying({ db, keys })
  const comparing = createComparing(needs)
  const anchoring = createAnchoring({ ...needs, keys, comparing })
  const retention = createRetention({ ...needs, sealing })
  const letters = createLetters(needs)

  const state = (): Promise<ChainState | undefined> => db.asTenant(realm, findState)

  /** Keeps the outcome of a look, and tells the operators of what is wrong. @param what of how many events it was a look at */
  const noteVerified = async (found: readonly Finding[], events: number, whole: boolean) => {
    const findings = summary(found)
    await db.asTenant(realm, async trx => {
      await putState(trx, { verified_at: clock(), verified_events: events, findings })
      await record(trx, realm, 'audit.verified', undefined, { events, whole, findings })
    })
    if (findings.length === 0) {
      await letters.withdrawWarnings()
      return
    }
    log.error({ findings }, 'the log was changed by hand: "bin/ostoja audit verify" says what')
    await letters.tellOperators()
  }

  /** A checkpoint that cannot be read is a finding like any other. */
  const orUnreadable = (look: () => Promise<Finding[]>): Promise<Finding[]> =>
    look().catch((fault: unknown) => {
      if (fault instanceof OperatorFault && !(fault instanceof Error && 'problem' in fault))
        return [{ kind: 'checkpoint-unreadable', tenantId: installationId }]
      throw fault
    })

  /** Each minute: what is known already is not noted again. */
  const anchor = async () => {
    const found = await orUnreadable(anchoring.anchor)
    const known = (await state())?.findings ?? []
    if (summary(found).some(finding => !known.includes(finding))) await noteVerified(found, 0, false)
  }

  /** The newest part of each chain, and whether each goes on from where the checkpoint saw it end. */
  const verifyNewest = async () => {
    const since = new Date(clock().getTime() - newestMs)
    const found: Finding[] = []
    let events = 0
    for (const tenantId of await unscoped.read(selectTenants)) {
      const from = await db.asTenant({ tenantId }, trx => firstSealSince(trx, since))
      const verified = await verifying.verify(tenantId, from === null ? {} : { from })
      found.push(...verified.findings)
      events += verified.events
    }
    const against = async () => {
      const checkpoint = await anchoring.read()
      return checkpoint ? (await anchoring.compare(checkpoint)).findings : []
    }
    found.push(...(await orUnreadable(against)))
    await noteVerified(found, events, false)
  }

  return {
    keys,
    seal: sealing.seal,
    anchoring,
    comparing,
    anchor,
    verifyNewest,
    noteVerified,
    removeDue: retention.removeDue,
    tenants: () => unscoped.read(selectTenants),

    /** How many events these chains hold. */
    count: async (tenants: readonly string[]): Promise<number> => {
      let events = 0
      for (const tenantId of tenants) events += (await db.asTenant({ tenantId }, boundsOf))?.events ?? 0
      return events
    },

    /** One whole chain, or its newest part. */
    verify: (tenantId: string, wish?: Wish): Promise<Verified> => verifying.verify(tenantId, wish),

    /** How the chain stands, as cheap as a look at it can be. */
    standing: async (): Promise<ChainStanding> => {
      const [lag, sealedAt, known] = await Promise.all([
        unscoped.read(selectLag),
        unscoped.read(selectSealedAt),
        state(),
      ])
      return {
        ...lag,
        sealedAt,
        passedAt: known?.passed_at ?? null,
        anchoredAt: known?.anchored_at ?? null,
        verifiedAt: known?.verified_at ?? null,
        verifiedEvents: Number(known?.verified_events ?? 0),
        findings: known?.findings ?? [],
      }
    },

    /** When an organisation's own chain was sealed last, and how many of its events wait. */
    sealedOf: ({ tenantId }: { tenantId: string }) => db.asTenant({ tenantId }, selectSealed),

    /**
     * Says in the installation's chain that this database was put in the place of a newer one, so that what checkpoints know from after
     * `to` is missing for a reason.
     */
    noteRestored: async (to: Date): Promise<void> => {
      await keys.current()
      await db.asTenant(realm, async trx => {
        await lockChain(trx, installationId)
        await sealing.note(trx, installationId, { kind: 'restored', detail: { to: to.toISOString() } })
        await record(trx, realm, 'audit.restored', undefined, { to: to.toISOString() })
      })
    },

    /** Asks for the weekly letter to everybody who guards a chain. */
    askForLetters: async (): Promise<void> => {
      for (const tenantId of [installationId, ...(await needs.openTenants()).filter(id => id !== installationId)]) {
        const accounts = await needs.guardians(tenantId)
        await db.asTenant({ tenantId }, async trx => {
          for (const accountId of accounts) await enqueue(trx, 'mail.checkpoint', { tenantId, accountId })
        })
      }
    },

    mailWarning: letters.mailWarning,

    /** The job that mails where a chain ends. */
    mailCheckpoint: async ({ tenantId, accountId }: { tenantId: string; accountId: number }): Promise<void> => {
      const seal = await db.asTenant({ tenantId }, lastSeal)
      if (!seal) return
      const end = { seals: seal.number, head: seal.head.toString('hex') }
      const events = seal.first - 1 + seal.eventIds.length
      await letters.sendCheckpoint({ tenantId, accountId }, { code: codeOf(end), events, at: seal.sealedAt })
    },

    /** The worker's own loop: seals what is written, a moment later, until it is told to stop. */
    start: () => {
      const stopping = new AbortController()
      const { signal } = stopping
      const running = (async () => {
        for (let anchoredAt = 0; !signal.aborted;) {
          try {
            await sealing.seal(signal)
            if (Date.now() - anchoredAt >= anchorEveryMs) {
              anchoredAt = Date.now()
              await anchor()
            }
          } catch (fault) {
            log.error({ err: fault }, 'the log could not be sealed or anchored; it is tried again')
          }
          await pause(sealEveryMs, undefined, { signal }).catch(() => undefined)
        }
      })()
      return {
        stop: async () => {
          stopping.abort()
          await running
        },
      }
    },
  }
}
export type AuditChain = ReturnType<typeof createAuditChain>

/** Findings as kinds and numbers, which name nobody's events. */
const summary = (found: readonly Finding[]): string[] => {
  const counts = new Map<string, number>()
  for (const { kind } of found) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, count]) => `${kind}: ${count}`)
}
