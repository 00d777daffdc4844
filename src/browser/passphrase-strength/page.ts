import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { commonWords } from './common-words.ts'

// Its own bundle, since only the page that asks for a passphrase needs an estimator.
const estimator = new ZxcvbnFactory({ dictionary: { common: commonWords } })

for (const input of document.querySelectorAll<HTMLInputElement>('input[data-passphrase-strength]')) {
  const shown = document.getElementById(input.dataset.passphraseStrength ?? '')
  const meter = shown?.querySelector('meter')
  const words = shown?.querySelector('[role="status"]')
  if (!shown || !meter || !words) continue

  const refresh = () => {
    shown.hidden = input.value === ''
    if (shown.hidden) return
    const { score } = estimator.check(input.value)
    meter.value = score
    words.textContent = shown.getAttribute(`data-score-${score}`)
  }
  input.addEventListener('input', refresh)
  refresh()
}
