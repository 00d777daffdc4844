import type { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { Actor } from '../../platform/actor.ts'
import { SessionOver, TooBusy } from '../../platform/errors.ts'
import { counted } from './attempts.ts'

/** The page answers: `problem` is the key of a sentence, with its numbers. */
export type Tried =
  { outcome: 'right' } | { outcome: 'wrong' } | { outcome: 'slow-down'; seconds: number; problem: string }
type Needs = {
  redis: Redis
  /** Ends the session in which somebody has guessed too often, and puts it into the log. */
  endSession: (actor: Actor) => Promise<unknown>
}

const perWindow = 10
const windowSeconds = 15 * 60
const perSession = 20
/** Longer than any session lasts. */
const sessionSeconds = 24 * 60 * 60

/**
 * Counts the wrong tries of a password that somebody who is signed in is asked for once more (ASVS 6.3.1, 7.5.1). The count
 * belongs to the session alone, as a known browser has its own at the sign-in page: nobody elsewhere can use it up. After 10
 * wrong ones in a quarter of an hour each answer says to wait, but the right password still gets through. After 20 without a
 * right one the session ends, so whoever found a browser signed in has no more tries than that; signing in starts anew.
 */
export const createOwnTries = ({ redis, endSession }: Needs) => {
  const limiter = (keyPrefix: string, points: number, duration: number) =>
    new RateLimiterRedis({ storeClient: redis, keyPrefix, points, duration })
  const recent = limiter('attempts:own', perWindow, windowSeconds)
  const all = limiter('attempts:own-session', perSession, sessionSeconds)

  /**
   * Looks at one try. It is counted before it is looked at, so that many at once count as well.
   * @param look whether the password is right
   * @throws SessionOver with the try that ends the session, and TooBusy, which does not count
   */
  return async (actor: Actor, look: () => Promise<boolean>): Promise<Tried> => {
    const key = [actor.tenantId, actor.accountId, actor.signInId ?? ''].join(':')
    const end = async () => {
      await endSession(actor)
      throw new SessionOver()
    }
    const [inWindow, inSession] = await Promise.all([counted(recent.consume(key)), counted(all.consume(key))])
    if (inSession.consumedPoints > perSession) return end()
    const right = await look().catch(async (fault: unknown) => {
      if (fault instanceof TooBusy) await Promise.all([recent.reward(key), all.reward(key)])
      throw fault
    })
    if (right) {
      await Promise.all([recent.delete(key), all.delete(key)])
      return { outcome: 'right' }
    }
    const left = perSession - inSession.consumedPoints
    if (left === 0) return end()
    if (inWindow.consumedPoints <= perWindow) return { outcome: 'wrong' }
    const seconds = Math.max(1, Math.ceil(inWindow.msBeforeNext / 1000))
    const problem = `accounts:problem.tooManyTries?minutes=${Math.ceil(seconds / 60)}&left=${left}`
    return { outcome: 'slow-down', seconds, problem }
  }
}
export type OwnTries = ReturnType<typeof createOwnTries>
