/** Buttons that copy the text of an element (data-copy: its id). Shown only where the browser lets a page do that. */
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  const source = document.getElementById(button.dataset.copy ?? '')
  const label = button.querySelector('span')
  if (!source || !label || !('clipboard' in navigator)) continue

  button.hidden = false
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(source.textContent).then(
      () => (label.textContent = button.dataset.copied ?? ''),
      () => getSelection()?.selectAllChildren(source), // refused: at least it is marked, for the keyboard
    )
  })
}
