import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { dictionary as polish } from '@zxcvbn-ts/language-pl'

/** Powers of ten of guesses; the page shows the same steps (src/browser/passphrase-strength). */
const steps = [6, 9, 12, 15]

/** The lowest score (0 to 4) accepted. A file that was carried away can be guessed at in peace, for years. */
const ENOUGH = 3
const LONGEST_JUDGED = 128

let estimator: ZxcvbnFactory | undefined

/** Whether a passphrase withstands guessing. The dictionaries (20 MB) are read when they are first needed. */
export const isStrongEnough = (passphrase: string): boolean => {
  estimator ??= new ZxcvbnFactory({ dictionary: { ...common, ...polish }, graphs: adjacencyGraphs })
  const { guessesLog10 } = estimator.check(passphrase.slice(0, LONGEST_JUDGED), ['ostoja', 'export', 'eksport'])
  return steps.filter(step => guessesLog10 >= step).length >= ENOUGH
}
