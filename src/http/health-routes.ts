import { Router } from 'express'
import { anyone } from '../platform/web/guard.ts'

/** Each names a part and says whether it is right; a fault counts as wrong. */
export type Checks = Record<string, () => Promise<boolean>>

/**
 * `/health/live`: the process answers. `/health/ready`: it can do its work (database, Redis and migrations right). Strangers may ask,
 * so it tells nothing else; what operators must look after is in the metrics and on their desk.
 */
export const healthRoutes = (checks: Checks) => {
  const router = Router()
  /** Many pages may ask in the same moment, while they wait for what is away. */
  let looking: Promise<Outcome[]> | undefined
  const look = () =>
    (looking ??= outcomes(checks).finally(() => {
      looking = undefined
    }))

  router.get('/health/live', anyone({ background: true }), (_req, res) => {
    res.json({ status: 'live' })
  })

  router.get('/health/ready', anyone({ background: true }), async (_req, res) => {
    const results = await look()
    const ready = results.every(([, right]) => right)
    res.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : 'not ready',
      checks: Object.fromEntries(results),
    })
  })

  return router
}

type Outcome = readonly [name: string, right: boolean]
const outcomes = (checks: Checks) =>
  Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await passes(check)] as const))

/** A service that does not answer soon is as good as away; whoever asks must be told before they give up. */
const soonMs = 3000

const passes = async (check: () => Promise<boolean>): Promise<boolean> => {
  let late: NodeJS.Timeout | undefined
  const tooLate = new Promise<boolean>(resolve => {
    late = setTimeout(resolve, soonMs, false)
  })
  const result = await Promise.race([check().catch(() => false), tooLate])
  clearTimeout(late)
  return result
}
