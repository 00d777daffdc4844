import type { CertificateStanding } from '../../platform/tls/certificate.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import type { Look } from './probes.ts'

const dayMs = 24 * 60 * 60_000
/** Whoever renews certificates by program does so a month before their end; what is left by then is a fault. */
const soonDays = 14

const daysUntil = (end: Date, now: Date) => Math.floor((end.getTime() - now.getTime()) / dayMs)
export const endsSoon = (validTo: Date, now: Date): boolean => daysUntil(validTo, now) < soonDays

/** The certificate of the pages, as a part of the installation. @param standing null behind a TLS proxy */
export const certificateLook = (standing: CertificateStanding | null, now: Date, timeZone: string): Look => {
  if (!standing) return { health: 'off', note: 'installation:note.behindProxy' }
  const { validTo, refused } = standing
  const facts = { date: dayIn(validTo, timeZone), count: Math.max(0, daysUntil(validTo, now)) }
  if (refused) return { health: 'wrong', note: `installation:note.certificate.${refused}`, facts }
  if (validTo <= now) return { health: 'wrong', note: 'installation:note.certificateOver', facts }
  if (endsSoon(validTo, now)) return { health: 'wrong', note: 'installation:note.certificateSoon', facts }
  return { health: 'right', note: 'installation:note.certificateGood', facts }
}
