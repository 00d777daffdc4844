/** Every element that carries a data attribute, e.g. `all('data-repeat')`. */
export const all = (attribute: string, inside: ParentNode = document) => [
  ...inside.querySelectorAll<HTMLElement>(`[${attribute}]`),
]

/** The first element with a data attribute, or null. */
export const one = (attribute: string, inside: ParentNode = document) =>
  inside.querySelector<HTMLElement>(`[${attribute}]`)

/** The page's own anti-forgery token, which every form in it carries; empty on a page without a form. */
export const csrfToken = () => document.querySelector<HTMLInputElement>('input[name="_csrf"]')?.value ?? ''
