import type { Request, Response } from 'express'
import type { Actor } from '../actor.ts'
import type { Clock } from '../clock.ts'
import { actorOf } from './guard.ts'

/** So long a session that proved whose it is need not prove it again. */
const lastsMs = 5 * 60_000

/** What came of asking for the password once more. `problem` is the key of a sentence, with its numbers. */
export type Proof =
  { outcome: 'right' } | { outcome: 'wrong' } | { outcome: 'slow-down'; seconds: number; problem: string }
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

  /** Takes a password: the session has proved itself where it is right. */
  prove: async (req: Request, res: Response, password: string): Promise<Proof> => {
    const proof = await prove(actorOf(res), { password })
    if (proof.outcome === 'right') req.session.provedAt = clock().getTime()
    return proof
  },
})
export type Proved = ReturnType<typeof createProved>

/**
 * Gives the answer to a password that was not right its status: 422, or 429 with Retry-After after too many (RFC 6585).
 * @param wrong the key of what is said of a wrong one
 * @returns the key of what to say beside the field
 */
export const refuseProof = (res: Response, proof: Exclude<Proof, { outcome: 'right' }>, wrong: string): string => {
  if (proof.outcome === 'wrong') {
    res.status(422)
    return wrong
  }
  res.status(429).set('Retry-After', String(proof.seconds))
  return proof.problem
}
