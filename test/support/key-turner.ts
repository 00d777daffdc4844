import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Replaced } from '../../src/composition.ts'
import type { Ostoja } from './ostoja.ts'
import { root } from './processes.ts'

export type Kind = 'data' | 'index' | 'root' | 'pepper'

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
    turn: async (kind: Kind, tenantId = ''): Promise<number> => {
      const from = performance.now()
      child.stdin.write(`${kind} ${tenantId}\n`)
      await says('done')
      return performance.now() - from
    },
    /** Begins to turn, and is killed after a time. @returns whether it had come to the end before */
    turnAndDie: async (kind: Kind, tenantId: string, afterMs: number): Promise<boolean> => {
      child.stdin.write(`${kind} ${tenantId}\n`)
      await pause(afterMs)
      child.kill('SIGKILL')
      await ended
      return said.includes('done')
    },
    end: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * Turns keys to the end once, then again and again, killing the process each time at a random moment of the time that took;
 * the next process finds what the one before has left. At last they are turned to the end.
 * @returns how many of the kills came before the end
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
  for (let kill = 0; kill < kills; kill++) {
    const turner = await next
    next = createTurner(ostoja)
    // One in each part of the whole time, so that no part is left out.
    if (!(await turner.turnAndDie(kind, tenantId, ((kill + Math.random()) / kills) * tookMs))) inTheMiddle++
    await after?.()
  }
  const last = await next
  await last.turn(kind, tenantId)
  await last.end()
  return inTheMiddle
}
