/** What somebody typed into a form: names and values, in the order of the form. */
export type TypedFields = [name: string, value: string][]

/** Names of what is never kept: passwords and their like. A test holds every password field of the product to it. */
const secret = /pass(word|phrase|code)|secret|\bpin\b/i

/** Names that begin with an underscore are the page's own (`_csrf`, `_page`). */
export const isKept = (name: string): boolean => name !== '' && !name.startsWith('_') && !secret.test(name)

/** The fields of a urlencoded form that may be kept, out of its bytes as they came (WHATWG URL, urlencoded parsing). */
export const typedFields = (raw: Buffer | undefined): TypedFields =>
  raw ? [...new URLSearchParams(raw.toString())].filter(([name]) => isKept(name)) : []

const bodies = new WeakMap<object, Buffer>()

/** Keeps a form's bytes beside what the parser makes of them; for the `verify` option of express.urlencoded. */
export const rememberBody = (req: object, _res: object, raw: Buffer) => {
  bodies.set(req, raw)
}
export const rawBodyOf = (req: object): Buffer | undefined => bodies.get(req)
