import type { CertificateStanding } from '../../platform/tls/certificate.ts'
import type { Look } from './probes.ts'

const dayMs = 24 * 60 * 60_000
/** Whoever renews certificates by program does so a month before their end; what is left by then is a fault. */
const soonDays = 14

/** The certificate of the pages, as a part of the installation. @param standing null behind a TLS proxy */
export const certificateLook = (standing: CertificateStanding | null, now: Date): Look => {
  if (!standing) return { health: 'off', note: 'installation:note.behindProxy' }
  const { validTo, refused } = standing
  const days = Math.floor((validTo.getTime() - now.getTime()) / dayMs)
  const facts = { date: validTo.toISOString().slice(0, 10), count: Math.max(0, days) }
  if (refused) return { health: 'wrong', note: `installation:note.certificate.${refused}`, facts }
  if (validTo <= now) return { health: 'wrong', note: 'installation:note.certificateOver', facts }
  if (days < soonDays) return { health: 'wrong', note: 'installation:note.certificateSoon', facts }
  return { health: 'right', note: 'installation:note.certificateGood', facts }
}
