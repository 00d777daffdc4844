import type { Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import type { Language } from '../i18n/translations.ts'
import { readForm, type Problems } from './forms.ts'
import { unlessReaderGone } from './reader-gone.ts'

/** A PDF opens in any reader, anything else (age-encryption.org) by the same tools as an export. */
type Kind = 'pdf' | 'age'
type Needs = {
  kind: Kind
  /** Holds a passphrase that is strong enough for the file and was typed twice. */
  form: z.ZodType<{ passphrase: string }>
  /** @param body of a form that came back: it suggests the same words again */
  suggestPassphrase: (language: Language, body?: unknown) => string
}
/** What the form says: texts as they are shown, `about` a name or null. The address of the page takes its form, too. */
type Page = { title: string; about: string | null; lead: string; back: { href: string; text: string } }

/**
 * How a file with client data leaves: its page asks for a passphrase, and the file comes encrypted by it. The passphrase is never in
 * an address, the log or the file's name, and never sent back.
 */
export const createSealedFileForm = ({ kind, form, suggestPassphrase }: Needs) => {
  const render = (req: Request, res: Response, page: Page, problems: Problems) => {
    const { language } = res.locals as { language: Language }
    const suggested = suggestPassphrase(language, req.body)
    res.render('sealed-file/form', { ...page, kind, action: req.originalUrl, suggested, problems })
  }

  return {
    /** Shows the form. */
    ask: (req: Request, res: Response, page: Page) => {
      render(req, res, page, {})
    },

    /** @returns the passphrase, or null where the form went back with what is to be put right */
    passphraseIn: (req: Request, res: Response, page: Page): string | null => {
      const filled = readForm(form, req.body)
      if (filled.ok) return filled.data.passphrase
      render(req, res.status(422), page, filled.problems)
      return null
    },

    /**
     * Sends a file as it is written, through what seals it; it is never a file on this server, and its name says nothing of anybody.
     * @param day on which it was made where the organisation is, 'YYYY-MM-DD'
     */
    send: async (res: Response, name: string, day: string, ...streams: readonly [Readable, ...Duplex[]]) => {
      res.attachment(`ostoja-${name}-${day}.${kind}`)
      res.type(kind === 'pdf' ? 'application/pdf' : 'application/octet-stream')
      await pipeline([...streams, res]).catch(unlessReaderGone)
    },
  }
}
export type SealedFileForm = ReturnType<typeof createSealedFileForm>
