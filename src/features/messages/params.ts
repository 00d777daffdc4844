import { NotFound } from '../../platform/errors.ts'
import { uuid } from './schema.ts'

/** An id out of an address; what is none names nothing. @throws NotFound */
export const idOf = (param: unknown): string => {
  const read = uuid.safeParse(param)
  if (!read.success) throw new NotFound()
  return read.data
}

/** An id that a form brings along, so that sent twice it does one thing; a new one where it brings none. */
export const idFrom = (body: unknown, field: string, otherwise: () => string): string =>
  uuid.safeParse((body as Record<string, unknown> | undefined)?.[field]).data ?? otherwise()

/** What was typed, for the form that comes back. */
export const typedMessage = (body: unknown) => {
  const sent = (body ?? {}) as Record<string, unknown>
  const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
  const to = typeof sent.to === 'string' ? [sent.to] : Object.values((sent.to ?? {}) as object)
  return {
    to: to.filter((one): one is string => typeof one === 'string'),
    subject: textOf(sent.subject),
    text: textOf(sent.text),
    urgent: sent.urgent === 'on',
  }
}
