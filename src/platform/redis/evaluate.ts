import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

const digests = new Map<string, string>()

/** Runs a script on one key. It is named by its hash; its text, longer than all the rest, only goes to a Redis that lacks it. */
export const evaluate = async (
  redis: Redis,
  script: string,
  key: string,
  args: readonly (string | number)[],
): Promise<unknown> => {
  const digest = digests.get(script) ?? createHash('sha1').update(script).digest('hex')
  digests.set(script, digest)
  try {
    return await redis.evalsha(digest, 1, key, ...args)
  } catch (fault) {
    if (!(fault as Error).message.startsWith('NOSCRIPT')) throw fault
    return redis.eval(script, 1, key, ...args)
  }
}
