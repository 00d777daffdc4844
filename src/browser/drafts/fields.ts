/** Whether a form's text is worth keeping as it is typed; a search is sent at once, and kept only if it could not be. */
export const isKeptForm = (form: HTMLFormElement) =>
  form.method === 'post' &&
  form.getAttribute('role') !== 'search' &&
  field(form, '_page') !== null &&
  field(form, '_unkept') === null

export const field = (form: HTMLFormElement, name: string) =>
  form.querySelector<HTMLInputElement>(`input[type="hidden"][name="${name}"]`)

/** Where the form goes, as the server knows it: a path. The attribute, since a field may be called "action". */
export const actionOf = (form: HTMLFormElement) => new URL(form.getAttribute('action') ?? '', location.href).pathname

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
