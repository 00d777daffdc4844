/**
 * Why a file does not open; each has its own message. `cut`: its end is missing. `altered`: it is not what was exported.
 * `wrong`: the file is whole and the passphrase is not the one; `wrongKey`: the key is not. `noKey`: what was given is no key;
 * `wrongKeyPassphrase`: the key itself did not open. `failed`: none of these, the browser gave up.
 */
export type Problem = 'cut' | 'altered' | 'wrong' | 'wrongKey' | 'noKey' | 'wrongKeyPassphrase' | 'failed'
/** Those that somebody can mend by giving something else. */
export const isMendable = (problem: Problem) => problem !== 'cut' && problem !== 'altered' && problem !== 'failed'

/** Carries a {@link Problem} to whoever shows its message. */
export class Unopened extends Error {
  readonly problem: Problem
  constructor(problem: Problem, cause?: unknown) {
    super(problem, { cause })
    this.problem = problem
  }
}

/** Anything thrown, as a {@link Problem}. */
export const problemOf = (error: unknown): Problem => (error instanceof Unopened ? error.problem : 'failed')
