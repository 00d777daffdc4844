/**
 * The list of rules below a new password follows what is typed: each rule that a pattern of the page can judge is met or not met,
 * and what is missing is said aloud. What only the server can judge stays open until it has.
 */
export const followRules = (input: HTMLInputElement) => {
  const list = document.getElementById(input.dataset.passwordRules ?? '')
  const frame = list?.closest<HTMLElement>('[data-missing]')
  const status = frame?.querySelector('[role="status"]')
  if (!list || !frame || !status) return

  const rules = [...list.querySelectorAll('li')].map(line => ({
    line,
    text: line.querySelector('[data-rule-text]')?.textContent ?? '',
    pattern: line.dataset.pattern === undefined ? null : new RegExp(line.dataset.pattern, 'su'),
  }))
  const refresh = () => {
    const typed = input.value.normalize('NFKC')
    for (const { line, pattern } of rules)
      line.dataset.state = typed === '' || !pattern ? 'open' : pattern.test(typed) ? 'met' : 'failed'
    const missing = rules.filter(({ line }) => line.dataset.state === 'failed').map(({ text }) => text)
    const said = missing.length > 0 ? `${frame.dataset.missing ?? ''} ${missing.join('; ')}` : ''
    if (status.textContent !== said) status.textContent = said
  }
  input.addEventListener('input', refresh)
}
