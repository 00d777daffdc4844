/** Whether a form's text is worth keeping as it is typed; a search is sent at once, and kept only if it could not be. */
export const isKeptForm = (form: HTMLFormElement) =>
  form.method === 'post' &&
  form.getAttribute('role') !== 'search' &&
  !('awayForm' in form.dataset) &&
  field(form, '_page') !== null &&
  field(form, '_unkept') === null

export const field = (form: HTMLFormElement, name: string) =>
  form.querySelector<HTMLInputElement>(`input[type="hidden"][name="${name}"]`)

/** Where the form goes, as the server knows it: a path. The attribute, since a field may be called "action". */
export const actionOf = (form: HTMLFormElement) => new URL(form.getAttribute('action') ?? '', location.href).pathname

/** Whether everything in the form is as the page brought it. */
export const isUntouched = (form: HTMLFormElement) =>
  !('rowsChanged' in form.dataset) &&
  [...form.elements].every(element => {
    if (element instanceof HTMLTextAreaElement) return element.value === element.defaultValue
    if (element instanceof HTMLSelectElement)
      return (
        [...element.options].every(option => option.selected === option.defaultSelected) ||
        (element.selectedIndex === 0 && ![...element.options].some(option => option.defaultSelected))
      )
    if (!(element instanceof HTMLInputElement) || ['hidden', 'submit', 'button'].includes(element.type)) return true
    if (element.type === 'file') return element.value === ''
    if (['checkbox', 'radio'].includes(element.type)) return element.checked === element.defaultChecked
    return element.value === element.defaultValue
  })

/** What stands in the form, but for secrets (shown or not) and files. */
export const fieldsOf = (form: HTMLFormElement): [string, string][] => {
  const secrets = new Set(
    [...form.querySelectorAll<HTMLInputElement>('input[type="password"], [data-password] input')].map(
      ({ name }) => name,
    ),
  )
  return [...new FormData(form)].filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && !entry[0].startsWith('_') && !secrets.has(entry[0]),
  )
}
