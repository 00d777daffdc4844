/** What somebody typed into a form: names and values, in the order of the form. */
export type TypedFields = [name: string, value: string][]

/**
 * The fields of a urlencoded form that may be kept, out of its bytes as they came (WHATWG URL, urlencoded parsing). Names
 * that begin with an underscore are the page's own; `_secret` names a password field of the form (layout/controls/password).
 * A field that is called like a secret is none to keep either, whatever the page says.
 */
export const typedFields = (raw: Buffer | undefined): TypedFields => {
  if (!raw) return []
  const fields = new URLSearchParams(raw.toString())
  const secrets = new Set(fields.getAll('_secret'))
  return [...fields].filter(
    ([name]) => name !== '' && !name.startsWith('_') && !secrets.has(name) && !soundsSecret(name),
  )
}

/**
 * A form as it came, to be sent once more: everything but secrets.
 * @returns whether a secret was typed, which has to be typed again
 */
export const repeatable = (raw: Buffer | undefined): { fields: TypedFields; hadSecrets: boolean } => {
  const all = [...new URLSearchParams(raw?.toString() ?? '')]
  const secrets = new Set(all.filter(([name]) => name === '_secret').map(([, value]) => value))
  const isSecret = (name: string) => secrets.has(name) || soundsSecret(name)
  return {
    fields: all.filter(([name]) => name !== '' && !isSecret(name)),
    hadSecrets: all.some(([name, value]) => isSecret(name) && value !== ''),
  }
}

/** `passwordMinimum` says how long one has to be, which is no secret. */
const soundsSecret = (name: string) => /passw|passphrase|secret/i.test(name) && !/minimum$/i.test(name)

const bodies = new WeakMap<object, Buffer>()

/** Keeps a form's bytes beside what the parser makes of them; for the `verify` option of express.urlencoded. */
export const rememberBody = (req: object, _res: object, raw: Buffer) => {
  bodies.set(req, raw)
}
export const rawBodyOf = (req: object): Buffer | undefined => bodies.get(req)
