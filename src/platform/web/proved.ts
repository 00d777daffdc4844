import type { Request, Response } from 'express'
import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import { actorOf } from './guard.ts'

/** So long a session that proved whose it is need not prove it again. */
const lastsMs = 5 * 60_000

type Proof = { outcome: 'right' } | { outcome: 'wrong' } | { outcome: 'slow-down'; seconds: number; problem: string }
export type ProvedNeeds = {
  clock: Clock
  /** Asks for the password once more; wrong ones are counted. */
  prove: (actor: Actor, typed: { password: string }) => Promise<Proof>
}

/**
 * Asks for the password again before something grave, so that a screen left open is not enough (ASVS 7.5.3); a right one is good for
 * some minutes of the same session.
 */
export const createProved = ({ clock, prove }: ProvedNeeds) => ({
  isFresh: (req: Request): boolean => {
    const age = clock().getTime() - (req.session.provedAt ?? 0)
    return age >= 0 && age < lastsMs
  },

  /** Takes a password: the session has proved itself where it is right. Sets the status of the answer where it is not. */
  prove: async (req: Request, res: Response, password: string): Promise<Proof> => {
    const proof = await prove(actorOf(res), { password })
    if (proof.outcome === 'right') req.session.provedAt = clock().getTime()
    else if (proof.outcome === 'wrong') res.status(422)
    else res.set('Retry-After', String(proof.seconds)).status(429)
    return proof
  },
})
export type Proved = ReturnType<typeof createProved>
