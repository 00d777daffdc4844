import { refused, type Read } from './key.ts'

/** Whether somebody pasted the half that nobody else may have, alone or beside the other. */
export const holdsPrivateKey = (text: string) => /PRIVATE\s+KEY/i.test(text)

/** Judges what was pasted, or was kept, at a moment. */
export const readKey = async (text: string, now: Date): Promise<Read> => {
  if (holdsPrivateKey(text)) return refused('private')
  if (text.split('-----BEGIN ').length > 2) return refused('several')
  // Libraries for keys are read with the first key: most processes never see one.
  if (text.includes('-----BEGIN CERTIFICATE-----')) return (await import('./certificate.ts')).readCertificate(text, now)
  return (await import('./openpgp-key.ts')).readPgpKey(text, now)
}
