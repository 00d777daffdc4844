import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createFeatures, type Replaced } from '../../src/composition.ts'
import { createMetrics } from '../../src/platform/metrics/metrics.ts'
import type { Ostoja } from './ostoja.ts'
import { root } from './processes.ts'
import { rounds } from './rounds.ts'
import { turnsOf, type Kind } from './turns.ts'
import { until } from './until.ts'

/** Keys as quick to turn as a test needs them: what takes a minute in life takes a fraction of a second here. */
export const quick = { ringFreshMs: 150, filePollMs: 100, marginMs: 350 } satisfies Replaced['pace']

/** When a process kills itself: so many milliseconds after the end of its n-th transaction; 0: before that one is committed. */
export type Death = { transaction: number; afterMs: number }

/** Starts a process that loads everything, and waits for the order to rotate a key. */
const createTurner = (ostoja: Ostoja) => {
  const given = JSON.stringify({ config: ostoja.config, pace: quick })
  const child = spawn(process.execPath, [`${root}test/support/turn-keys.ts`, given], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const isGone = () => child.exitCode !== null || child.signalCode !== null
  const says = (word: string) =>
    until(`the process that rotates keys says "${word}"`, () => said.includes(word) || isGone())

  return {
    /** @returns whether it died before the end */
    turnAndDie: async (kind: Kind, tenantId: string, death: Death): Promise<boolean> => {
      await says('ready')
      child.stdin.write(`${JSON.stringify({ kind, tenantId, death })}\n`)
      await says('done')
      child.kill('SIGKILL')
      await ended
      if (child.signalCode !== 'SIGKILL')
        throw new Error(`the process that rotates keys ended with code ${child.exitCode}`)
      return !said.includes('done')
    },
    end: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

class Killed extends Error {}

/**
 * Turns keys with a database that is gone after so many transactions: what has been committed stands and nothing comes
 * after, as when a process is killed between two of them. A transaction in which one is killed is one that was not.
 * @returns how many transactions there were, and whether it was cut short
 */
const turnUntilGone = async (ostoja: Ostoja, kind: Kind, tenantId: string, most: number) => {
  let transactions = 0
  const { asTenant, ...rest } = ostoja.platform.db
  const db: typeof ostoja.platform.db = {
    ...rest,
    asTenant: (...args) => (++transactions > most ? Promise.reject(new Killed()) : asTenant(...args)),
  }
  try {
    await turnsOf(createFeatures({ ...ostoja.platform, db, metrics: createMetrics() }))[kind](tenantId)
    return { transactions, cut: false }
  } catch (fault) {
    if (fault instanceof Killed) return { transactions, cut: true }
    throw fault
  }
}

type Wish = {
  tenantId?: string
  /** What must happen after each cut. */
  after: () => Promise<unknown>
}

/**
 * Rotates a key to the end, then again and again, cut short each time after another transaction, spread over all of them;
 * the next rotation finds what the one before has left. Some cuts kill a process (SIGKILL): the first one within a
 * transaction, the others at a random time after one. The rest take the database away. Finally the key is rotated to the end.
 * @returns how many cuts were made, and how many of them came before the end
 */
export const turnUnderKills = async (ostoja: Ostoja, kind: Kind, { tenantId = '', after }: Wish) => {
  const kills = rounds({ soak: 8, usual: 1 })
  const cuts = rounds({ soak: 12, usual: 3 })
  let next = createTurner(ostoja)
  try {
    const from = performance.now()
    const { transactions } = await turnUntilGone(ostoja, kind, tenantId, Number.POSITIVE_INFINITY)
    const tookMs = performance.now() - from

    let inTheMiddle = 0
    const note = async (cut: boolean) => {
      if (cut) inTheMiddle++
      await after()
    }
    for (let kill = 0; kill < kills; kill++) {
      const turner = next
      next = kill < kills - 1 ? createTurner(ostoja) : turner
      const transaction = Math.ceil(((kill + 0.5) / kills) * transactions)
      const afterMs = kill === 0 ? 0 : Math.random() * (tookMs / kills)
      await note(await turner.turnAndDie(kind, tenantId, { transaction, afterMs }))
    }
    for (let cut = 0; cut < cuts; cut++)
      await note((await turnUntilGone(ostoja, kind, tenantId, Math.floor((cut / cuts) * transactions))).cut)
    await turnUntilGone(ostoja, kind, tenantId, Number.POSITIVE_INFINITY)
    return { made: kills + cuts, inTheMiddle }
  } finally {
    await next.end()
  }
}
