import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { createFeatures, type Replaced } from '../../src/composition.ts'
import { createMetrics } from '../../src/platform/metrics/metrics.ts'
import type { Ostoja } from './ostoja.ts'
import { root } from './processes.ts'
import { turnsOf, type Kind } from './turns.ts'

/** Keys as quick to turn as a test needs them: what takes a minute in life takes a fraction of a second here. */
export const quick = { ringFreshMs: 150, filePollMs: 100, marginMs: 350 } satisfies Replaced['pace']

/** A process that is loaded and waits for the word to turn keys. */
const createTurner = async (ostoja: Ostoja) => {
  const given = JSON.stringify({ config: ostoja.config, pace: quick })
  const child = spawn(process.execPath, [`${root}test/support/turn-keys.ts`, given], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const says = async (word: string) => {
    while (!said.includes(word)) {
      if (child.exitCode !== null) throw new Error(`the process that turns keys ended with code ${child.exitCode}`)
      await pause(2)
    }
    said = said.replace(word, '')
  }
  await says('ready')

  return {
    /** Turns to the end. @returns how many milliseconds it took */
    turn: async (kind: Kind, tenantId: string): Promise<number> => {
      const from = performance.now()
      child.stdin.write(`${kind} ${tenantId}\n`)
      await says('done')
      return performance.now() - from
    },
    /** Begins to turn, and is killed after a time. @returns whether that was before the end */
    turnAndDie: async (kind: Kind, tenantId: string, afterMs: number): Promise<boolean> => {
      child.stdin.write(`${kind} ${tenantId}\n`)
      await pause(afterMs)
      child.kill('SIGKILL')
      await ended
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

const realKills = 8

/**
 * Turns keys to the end, then again and again, cut short each time at a random point, spread over the whole; the next one
 * finds what the one before has left. Of the cuts eight kill a process (SIGKILL), the others take its database away. At last
 * they are turned to the end.
 * @returns how many of the cuts came before the end
 */
export const turnUnderKills = async (
  ostoja: Ostoja,
  kind: Kind,
  { tenantId = '', kills, after }: { tenantId?: string; kills: number; after?: () => Promise<void> },
): Promise<number> => {
  const first = await createTurner(ostoja)
  const tookMs = await first.turn(kind, tenantId)
  await first.end()

  let inTheMiddle = 0
  let next = createTurner(ostoja)
  for (let kill = 0; kill < realKills; kill++) {
    const turner = await next
    next = createTurner(ostoja)
    const cut = await turner.turnAndDie(kind, tenantId, ((kill + Math.random()) / realKills) * tookMs)
    if (cut) inTheMiddle++
    await after?.()
  }
  const last = await next
  await last.turn(kind, tenantId)
  await last.end()

  const { transactions } = await turnUntilGone(ostoja, kind, tenantId, Number.POSITIVE_INFINITY)
  const others = kills - realKills
  for (let kill = 0; kill < others; kill++) {
    const most = Math.floor(((kill + Math.random()) / others) * transactions)
    const { cut } = await turnUntilGone(ostoja, kind, tenantId, most)
    if (cut) inTheMiddle++
    await after?.()
  }
  await turnUntilGone(ostoja, kind, tenantId, Number.POSITIVE_INFINITY)
  return inTheMiddle
}
