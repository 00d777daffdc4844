import { readFileSync } from 'node:fs'
import { createTransport } from 'nodemailer'
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
export type Mailer = {
  /** The address of a page of ours, for a letter. */
  linkTo: (path: string) => string
  /** @throws MailFault when the server does not take the letter; the job that sends it tries again */
  send: (to: string, letter: Letter) => Promise<void>
  /** Whether the server answers, and takes our login. @throws when it does not */
  verify: () => Promise<unknown>
}

/**
 * Nothing connects before the first letter. Certificates are always checked; `caFile` names the authority of an own server.
 * @param patienceMs how long the server may take for each step, in milliseconds
 */
export const createMailer = ({ url, from, tls, caFile, publicUrl }: MailSettings, patienceMs = 15_000): Mailer => {
  const transport = createTransport({
    url,
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'none',
    tls: { minVersion: 'TLSv1.2', ...(caFile ? { ca: readFileSync(caFile) } : {}) },
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    linkTo: path => new URL(path, publicUrl).href,
    verify: () => transport.verify(),
    send: async (to, { subject, text, html, language }) => {
      const headers = { 'Auto-Submitted': 'auto-generated', 'Content-Language': language }
      const letter = {
        from: { name: 'Ostoja', address: from },
        to: { name: '', address: to },
        subject,
        text,
        html,
        headers,
      }
      await transport.sendMail(letter).catch((fault: unknown) => {
        throw mailFault(fault)
      })
    },
  }
}
