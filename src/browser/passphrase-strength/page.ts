import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { dictionary as polish } from '@zxcvbn-ts/language-pl'
import { followRules } from './rules.ts'

// Its own bundle: the words it knows weigh more than everything else together, and only one page asks for a passphrase.
const estimator = new ZxcvbnFactory({ dictionary: { ...common, ...polish }, graphs: adjacencyGraphs })

// Powers of ten of guesses. A stolen file can be tried in peace, but age's scrypt holds even a large attacker to some 10^4 tries a second.
const stepsOfFiles = '6 9 12 15'
const scoreOf = (guessesLog10: number, steps: string) =>
  steps.split(' ').filter(step => guessesLog10 >= Number(step)).length

for (const input of document.querySelectorAll<HTMLInputElement>('input[data-passphrase-strength]')) {
  followRules(input)
  const shown = document.getElementById(input.dataset.passphraseStrength ?? '')
  const meter = shown?.querySelector('meter')
  const words = shown?.querySelector('[role="status"]')
  if (!shown || !meter || !words) continue

  const refresh = () => {
    shown.hidden = input.value === ''
    if (shown.hidden) return
    const score = scoreOf(estimator.check(input.value).guessesLog10, input.dataset.passphraseSteps ?? stepsOfFiles)
    meter.value = score
    words.textContent = shown.getAttribute(`data-score-${String(score)}`)
  }
  input.addEventListener('input', refresh)
  refresh()
}
