import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Nodemailer from 'nodemailer'
import type MimeNode from 'nodemailer/lib/mime-node'
import type { Letter } from './letter.ts'
import { mailFault } from './mail-fault.ts'

/** How mail leaves: `url` smtp:// (STARTTLS) or smtps://; `tls` 'none' is for a server on this very machine. */
export type MailSettings = {
  url: string
  from: string
  tls: 'required' | 'none'
  caFile: string | null
  publicUrl: string
}
/** Whom a letter is for: somebody who has an account, wherever their mail goes. */
export type Addressee = { tenantId: string; accountId: number; email: string }
export type Mailer = {
  /** The address of a page of ours, for a letter. */
  linkTo: (path: string) => string
  /**
   * @param wrapped what goes in the place of the letter's text: signed, or encrypted
   * @throws MailFault when the server does not take the letter; the job that sends it tries again
   */
  send: (to: Addressee, letter: Letter, wrapped?: MimeNode) => Promise<void>
  /** Whether the server answers, and takes our login. @throws when it does not */
  verify: () => Promise<unknown>
}

const load = createRequire(import.meta.url)

/**
 * Nothing connects before the first letter. Certificates are always checked; `caFile` names the authority of an own server.
 * @param patienceMs how long the server may take for each step, in milliseconds
 */
export const createMailer = ({ url, from, tls, caFile, publicUrl }: MailSettings, patienceMs = 15_000): Mailer => {
  const ca = caFile ? { ca: readFileSync(caFile) } : {}
  // Read with the first letter: web processes never send one, and it takes 11 MB.
  let transport: Nodemailer.Transporter | undefined
  const transportOf = () =>
    (transport ??= (load('nodemailer') as typeof Nodemailer).createTransport({
      url,
      requireTLS: tls === 'required',
      ignoreTLS: tls === 'none',
      tls: { minVersion: 'TLSv1.2', ...ca },
      connectionTimeout: patienceMs,
      greetingTimeout: patienceMs,
      socketTimeout: patienceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    }))
  return {
    linkTo: path => new URL(path, publicUrl).href,
    verify: () => transportOf().verify(),
    send: async ({ email }, { subject, text, html, language }, wrapped) => {
      const sender = { name: 'Ostoja', address: from }
      const to = { name: '', address: email }
      const headers = { 'Auto-Submitted': 'auto-generated', 'Content-Language': language }
      const letter = wrapped
        ? {
            envelope: { from, to: email },
            raw: await wrapped.setHeader({ From: sender, To: to, Subject: subject, ...headers }).build(),
          }
        : { from: sender, to, subject, text, html, headers }
      await transportOf()
        .sendMail(letter)
        .catch((fault: unknown) => {
          throw mailFault(fault)
        })
    },
  }
}
