import { hashSync, verifySync } from '@node-rs/argon2'
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import type { Argon2Answer, Argon2Task } from './argon2-threads.ts'

/** A tenth of the share that others get while they want it; alone, all of it. */
const niceness = 10

// On Linux this is of the thread that asks; elsewhere it would be of the whole process.
if (process.platform === 'linux') setPriority(niceness)

const carryOut = (task: Argon2Task) =>
  task.verb === 'hash' ? hashSync(task.secret, task.cost) : verifySync(task.kept, task.secret)

parentPort?.on('message', (task: Argon2Task) => {
  const answer = (): Argon2Answer => {
    try {
      return { value: carryOut(task) }
    } catch (fault) {
      return { fault: String(fault) }
    }
  }
  parentPort?.postMessage(answer())
})
