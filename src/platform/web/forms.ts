import { z } from 'zod'

/** For each field that is wrong, by its place in the form (`phones.0.number`), the key of the message to show beside it. */
export type Problems = Record<string, string>
export type ReadForm<Data> = { ok: true; data: Data } | { ok: false; problems: Problems }

/** A box that may be ticked, as browsers send it: `on`, or nothing at all. */
export const ticked = z
  .literal('on')
  .optional()
  .transform(value => value === 'on')

/** Reads a posted form. Messages of the schema are keys of a catalogue (`problems:required`). */
export const readForm = <Schema extends z.ZodType>(schema: Schema, body: unknown): ReadForm<z.output<Schema>> => {
  const read = schema.safeParse(body ?? {})
  return read.success ? { ok: true, data: read.data } : { ok: false, problems: problemsOf(read.error) }
}

/** As readForm, for a schema that has to wait for something before it can judge. */
export const readFormLater = async <Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): Promise<ReadForm<z.output<Schema>>> => {
  const read = await schema.safeParseAsync(body ?? {})
  return read.success ? { ok: true, data: read.data } : { ok: false, problems: problemsOf(read.error) }
}

const problemsOf = (fault: z.ZodError): Problems => {
  const problems: Problems = {}
  for (const issue of fault.issues) problems[issue.path.join('.')] ??= messageKey(issue.message)
  return problems
}

const messageKey = (message: string) => (/^[a-z-]+:[\w.-]+$/i.test(message) ? message : 'problems:invalid')
