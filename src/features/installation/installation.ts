import type { Clock } from '../../platform/clock.ts'
import type { Present, Presence } from '../../platform/redis/presence.ts'
import { folderProbe, probe, type Probe, type Probed } from './probes.ts'

type Needs = {
  clock: Clock
  version: string
  presence: Pick<Presence, 'list'>
  pendingMigrations: () => Promise<readonly string[]>
  /** How each part is asked; what is put in the place of a name stands in for it. */
  probes: Record<string, Probe>
  /** Folders that must be written to, by name. */
  folders: Record<string, string>
  /** Connections that leave this machine although nobody proves who is at the other end, by the setting each comes from. */
  unverified: readonly { setting: string; host: string }[]
}
export type Standing = {
  lookedAt: Date
  version: string
  processes: Present[]
  pending: readonly string[] | null
  parts: Probed[]
  unverified: Needs['unverified']
}

/** What was looked at is good for so long: many who look at once ask once. */
const freshMs = 5000

/** Versions, processes and the health of everything the installation stands on: asked, not supposed. */
export const createInstallation = (needs: Needs) => {
  const { clock, version, presence, pendingMigrations, probes, folders, unverified } = needs
  let known: { until: number; standing: Promise<Standing> } | undefined

  const look = async (): Promise<Standing> => {
    const asked = [
      ...Object.entries(probes),
      ...Object.entries(folders).map(([name, folder]) => [name, folderProbe(folder)] as const),
    ]
    const [processes, pending, parts] = await Promise.all([
      presence.list().catch(() => []),
      pendingMigrations().catch(() => null),
      Promise.all(asked.map(([name, ask]) => probe(name, ask))),
    ])
    return { lookedAt: clock(), version, processes, pending, parts, unverified }
  }

  return {
    /** How everything is, no older than 5 s. */
    look: (): Promise<Standing> => {
      const now = clock().getTime()
      if (!known || known.until < now) known = { until: now + freshMs, standing: look() }
      return known.standing
    },
  }
}
export type Installation = ReturnType<typeof createInstallation>
