import type { Request } from 'express'

export type Flash = {
  kind: 'success' | 'warning' | 'danger'
  messageKey: string
  params?: Record<string, string | number>
  link?: FlashLink | undefined
}

/** What the reader is likely to do next. */
type FlashLink = { href: string; textKey: string }

/** A message for the next page this session shows, once. `params` hold counts, never personal data: sessions are not sealed. */
export const flash = (
  req: Request,
  kind: Flash['kind'],
  messageKey: string,
  params: Record<string, string | number> = {},
  link?: FlashLink,
) => {
  req.session.flash = { kind, messageKey, params, link }
}
