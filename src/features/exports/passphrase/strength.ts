import { createRequire } from 'node:module'
import type * as Core from '@zxcvbn-ts/core'
import type * as Common from '@zxcvbn-ts/language-common'
import type * as Polish from '@zxcvbn-ts/language-pl'

const load = createRequire(import.meta.url)

/** Powers of ten of guesses; the page shows the same steps (src/browser/passphrase-strength). */
const steps = [6, 9, 12, 15]

/**
 * The lowest score (0 to 4) accepted. A file that was carried away can be guessed at in peace, for years, and a guess at a PDF
 * costs an attacker about a hundredth of one at an age file.
 */
const enough = { age: 3, pdf: 4 }
const LONGEST_JUDGED = 128

let estimator: Core.ZxcvbnFactory | undefined

/** Whether a passphrase withstands guessing. The dictionaries (20 MB) are read when they are first needed. */
export const isStrongEnough = (passphrase: string, file: keyof typeof enough = 'age'): boolean => {
  estimator ??= createEstimator()
  const { guessesLog10 } = estimator.check(passphrase.slice(0, LONGEST_JUDGED), ['ostoja', 'export', 'eksport'])
  return steps.filter(step => guessesLog10 >= step).length >= enough[file]
}

const createEstimator = () => {
  const { ZxcvbnFactory } = load('@zxcvbn-ts/core') as typeof Core
  const { adjacencyGraphs, dictionary: common } = load('@zxcvbn-ts/language-common') as typeof Common
  const { dictionary: polish } = load('@zxcvbn-ts/language-pl') as typeof Polish
  return new ZxcvbnFactory({ dictionary: { ...common, ...polish }, graphs: adjacencyGraphs })
}
