import { systemActor, type Actor } from '../../platform/actor.ts'
import type { Tasks } from '../../platform/jobs/jobs.ts'
import type { Imports } from './imports.ts'

type Payload = { tenantId: string; importId: string }

/** What the worker does for imports. */
export const importTasks = ({ work }: Imports) => {
  const acting =
    (verb: (actor: Actor, importId: string) => Promise<void>) =>
    ({ tenantId, importId }: Payload) =>
      verb(systemActor(tenantId), importId)
  return {
    'import.preview': acting(work.preview),
    'import.carry-out': acting(work.carryOut),
    'import.take-back': acting(work.takeBack),
  } satisfies Tasks
}
